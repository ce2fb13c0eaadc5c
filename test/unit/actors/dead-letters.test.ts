import { expect, test, vi } from 'vitest';
import { type ActionContext, endOfFlow, isEndOfFlow } from '../../../src/actors/component.ts';
import { createDeadLetters } from '../../../src/actors/dead-letters.ts';
import { aRecord } from '../model/envelopes.ts';

const letter = { record: aRecord({ id: 'p', flow: 'Taken' }), code: 'action.failed', message: 'no' };

function order(body: unknown) {
  const orderLetter = vi.fn();
  const deadLetter = (at: number) => (at === 7 ? letter : undefined);
  const context = { deadLetter, orderLetter, end: endOfFlow } as unknown as ActionContext;
  return { said: createDeadLetters()['order']!(body, context), orderLetter };
}

test('an order is carried out, and what it returns says who gave it, about what, and why', () => {
  const request = { kind: 'retry', letter: 7, by: 'anna', reason: null };
  const { said, orderLetter } = order(request);
  expect(orderLetter).toHaveBeenCalledExactlyOnceWith(7, letter, 'retry');
  expect(said).toMatchObject({
    ...request,
    task: { id: 'p', flow: 'Taken' },
    code: 'action.failed',
    redrives: 1,
  });
});

test('an order about a letter that is gone ends there', () => {
  const { said, orderLetter } = order({ kind: 'retry', letter: 8, by: 'anna', reason: null });
  expect(isEndOfFlow(said)).toBe(true);
  expect(orderLetter).not.toHaveBeenCalled();
});

test('nothing is given up without a reason', () => {
  expect(() => order({ kind: 'drop', letter: 7, by: 'anna', reason: null })).toThrow(/dead letter/);
});

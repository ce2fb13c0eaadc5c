import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { errorCodes, PolarError } from '../../../src/model/errors.ts';
import { decideFate, fateOfFailed, retryDelayMs } from '../../../src/supervision/error-kernel.ts';

const timeout = new PolarError('action.timeout', 'no answer');
const notData = new PolarError('body.not-data', 'not JSON');
const corrupt = new PolarError('journal.corrupt', 'contradiction');
const mistake = new TypeError('x is not a function');

describe('the message', () => {
  test.each([
    ['retried later by a code to retry', timeout, 1, { kind: 'retry', afterMs: 200 }],
    ['retried later still', timeout, 3, { kind: 'retry', afterMs: 800 }],
    [
      'a dead letter after the last attempt',
      timeout,
      5,
      { kind: 'dead-letter', reason: 'no answer (attempt 5, the last)' },
    ],
    ['a dead letter at once by a code to reject', notData, 1, { kind: 'dead-letter', reason: 'not JSON' }],
    ['retried when its process cannot go on', corrupt, 1, { kind: 'retry', afterMs: 200 }],
    ['retried after a programming mistake', mistake, 1, { kind: 'retry', afterMs: 200 }],
  ])('is %s', (_, error, attempt, message) => {
    expect(decideFate({ error, attempt }).message).toEqual(message);
  });

  test('goes by what the step says before the code', () => {
    expect(decideFate({ error: notData, attempt: 1, stepSays: 'continue' }).message).toEqual({
      kind: 'continue',
    });
    expect(decideFate({ error: notData, attempt: 1, stepSays: 'retry' }).message.kind).toBe('retry');
  });

  test('is not retried for ever, whatever the code', () => {
    const codes = fc.constantFrom(...(Object.keys(errorCodes) as (keyof typeof errorCodes)[]));
    fc.assert(
      fc.property(codes, fc.integer({ min: 1, max: 10 }), (code, maxAttempts) => {
        const error = new PolarError(code, 'failed');
        expect(decideFate({ error, attempt: maxAttempts, maxAttempts }).message.kind).toBe('dead-letter');
      }),
    );
  });
});

test('who failed goes on after a known error, ends after a mistake, and escalates what is fatal', () => {
  expect(fateOfFailed(timeout, 'temporary')).toBe('continue');
  expect(fateOfFailed(notData, 'permanent')).toBe('continue');
  expect(fateOfFailed(mistake, 'temporary')).toBe('stop');
  expect(fateOfFailed(mistake, 'permanent')).toBe('restart');
  expect(fateOfFailed(corrupt, 'temporary')).toBe('escalate');
});

test('waits twice as long after each attempt, up to 30 s', () => {
  const waits = Array.from({ length: 10 }, (_, index) => retryDelayMs(index + 1));
  expect(waits).toEqual([200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]);
});

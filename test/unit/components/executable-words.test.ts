import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatRequest, parseAnswer } from '../../../src/components/executable-words.ts';
import { aContext } from './a-context.ts';

const answer = (said: unknown) => parseAnswer(JSON.stringify(said));
const message = { flow: 'F', key: 'k', body: 1 };

describe('a request', () => {
  test('is one line with the task it is about', () => {
    const { task } = aContext();
    const line = formatRequest(7, 'weigh', { text: 'two\nlines' }, { ...task, attempt: 2, deadline: 99 });
    expect(line).not.toContain('\n');
    expect(JSON.parse(line)).toEqual({
      id: 7,
      method: 'weigh',
      body: { text: 'two\nlines' },
      task: { id: 't1', flow: 'F', key: 'k', subject: 'n.event.m.d', attempt: 2, deadline: 99 },
    });
  });

  test('says null of a deadline that there is not, and of a body that is nothing', () => {
    const line = formatRequest(1, 'm', undefined, { ...aContext().task, deadline: 0 });
    expect(JSON.parse(line)).toMatchObject({ body: null, task: { deadline: null } });
  });
});

describe('an answer', () => {
  test.each([
    ['a body', { body: { a: 1 } }, { kind: 'body', body: { a: 1 }, emit: [] }],
    ['a body of null', { body: null }, { kind: 'body', body: null, emit: [] }],
    ['a body and messages', { body: 1, emit: [message] }, { kind: 'body', body: 1, emit: [message] }],
    ['an end', { end: 'nothing to do' }, { kind: 'end', reason: 'nothing to do', emit: [] }],
    ['an end and messages', { end: '', emit: [message] }, { kind: 'end', reason: '', emit: [message] }],
    [
      'an error of the table',
      { error: { code: 'body.not-data', message: 'no' } },
      { kind: 'error', code: 'body.not-data', message: 'no' },
    ],
    [
      'an error of its own, which is tried again',
      { error: { code: 'E17', message: 'no' } },
      { kind: 'error', code: 'action.failed', message: 'E17: no' },
    ],
    ['an error in words', { error: 'no' }, { kind: 'error', code: 'action.failed', message: 'no' }],
    [
      'an error that would end a process, which is not its to say',
      { error: { code: 'journal.stale-owner', message: 'no' } },
      { kind: 'error', code: 'action.failed', message: 'journal.stale-owner: no' },
    ],
  ])('is %s', (_, said, expected) => {
    expect(answer({ id: 3, ...said })).toEqual({ id: 3, answer: expected });
  });

  test.each([
    ['nothing', {}],
    ['an end without a reason', { end: 3 }],
    ['messages that are none', { body: 1, emit: 'all' }],
    ['a message without a key', { body: 1, emit: [{ flow: 'F', body: 1 }] }],
    ['a message without a body', { body: 1, emit: [{ flow: 'F', key: 'k' }] }],
    ['a message with a deadline in words', { body: 1, emit: [{ ...message, deadline: 'soon' }] }],
  ])('that has %s is the dead letter of its request', (_, said) => {
    expect(answer({ id: 3, ...said })).toMatchObject({
      id: 3,
      answer: { kind: 'error', code: 'body.not-data' },
    });
  });

  test.each([
    ['', 'is no JSON'],
    ['Traceback (most recent call last):', 'is no JSON'],
    ['[1]', 'is no JSON object'],
    ['null', 'is no JSON object'],
    ['{"body": 1}', 'has no id'],
    ['{"id": "3", "body": 1}', 'has no id'],
  ])('%s answers nothing', (line, problem) => {
    expect(parseAnswer(line)).toEqual({ problem });
  });

  test('is read whatever the line holds', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (line) => void parseAnswer(line)));
    const fields = fc.record(
      {
        id: fc.jsonValue(),
        body: fc.jsonValue(),
        end: fc.jsonValue(),
        error: fc.jsonValue(),
        emit: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    fc.assert(fc.property(fields, (said) => void answer(said)));
  });
});

import { expect, test } from 'vitest';
import { decodeEnvelope } from '../../../src/model/envelope.ts';
import { pendingSource } from '../../../src/model/run.ts';
import { letterOrderOf } from '../../../src/worker/letters.ts';
import { aRecord } from '../model/envelopes.ts';

const history = [{ attempt: 1, time: 5, worker: 'w1', code: 'action.failed', message: 'no' }];
const letter = (record: Buffer) => ({ record, code: 'action.failed', message: 'no', history });

test('a task that is tried again keeps its id and its past, and its attempts are counted anew', () => {
  const record = aRecord({ id: 'p', source: pendingSource, attempt: 5, deadline: 9, correlationId: 'c' });
  const { order, retried } = letterOrderOf(7, { ...letter(record), redrives: 1 }, 'retry');
  expect({ order, ...retried }).toMatchObject({ order: 7, id: 'p', history, redrives: 2 });
  const { attempt, deadline, correlationId, body } = decodeEnvelope(retried!.record);
  expect({ attempt, deadline, correlationId }).toEqual({ attempt: 0, deadline: 0, correlationId: 'c' });
  expect(body).toEqual(decodeEnvelope(record).body);
});

test('a numbered task that is tried again becomes a row with the name that it had', () => {
  const record = aRecord({ id: '', source: 'scheduler', key: 'k', number: 3 });
  const { retried } = letterOrderOf(7, letter(record), 'retry');
  expect(retried?.id).toBe('scheduler-k-3');
  expect(decodeEnvelope(retried!.record)).toMatchObject({ id: 'scheduler-k-3', source: pendingSource });
});

test('a task that is given up leaves nothing that waits', () => {
  expect(letterOrderOf(7, letter(aRecord()), 'drop')).toEqual({ order: 7, retried: undefined });
});

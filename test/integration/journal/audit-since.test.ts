import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { settle } from '../../../src/integration-manager/settle.ts';
import { auditDelivery } from '../../../src/journal/audit-delivery.ts';
import { auditSince } from '../../../src/journal/audit-since.ts';
import type { JournalWriter } from '../../../src/journal/journal.ts';
import { openJournalWriter } from '../../../src/journal/lmdb/writer.ts';
import type { Result } from '../../../src/model/run.ts';
import { aResult, child, parked, records, row } from '../../contract/journal/results.ts';
import { aRecord } from '../../unit/model/envelopes.ts';

const minute = 60_000;
const start = 1_000 * minute;
let folder: string;
let journal: JournalWriter;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pzm-since-'));
  journal = openJournalWriter(folder, 'anna', start);
});
afterEach(async () => {
  await journal.close();
  rmSync(folder, { recursive: true });
});

let runs = 0;
function commit(part: Partial<Result>, time: number): void {
  const result = aResult({ run: `r${++runs}`, ...part });
  journal.commit(settle(journal, [result], journal.info().nextSequence), time);
}

/** In minute 0 three tasks are accepted; in minute 2 one is done, one is dead; in minute 5 one more is accepted. */
function live(): void {
  commit({ children: [child('id-1'), child('id-2'), child('id-3')] }, start + 100);
  commit({ segments: [records('F/a/', '{}', '{}')] }, start + 200);
  commit({ rows: [row(1)], segments: [records('F/a/', '{}')] }, start + 2 * minute);
  commit({ rows: [row(2, 'dead-lettered')] }, start + 2 * minute + 500);
  commit({ children: [child('id-4')], parks: [parked('c')] }, start + 5 * minute);
}

test('counts from the beginning of the minute, and adds up', () => {
  live();
  expect(auditSince(journal, start + 2 * minute + 59_999)).toMatchObject({
    ...{ from: start + 2 * minute, gap: null, committed: 1, first: 3, lost: 0 },
    tasks: {
      waitingBefore: 3,
      accepted: 2,
      completed: 1,
      deadLettered: 1,
      pending: 2,
      parked: 1,
      settled: 2,
    },
  });
  // Nothing was committed in minute 1: how it stood then is how it stood when minute 2 began.
  expect(auditSince(journal, start + minute).tasks.waitingBefore).toBe(3);
  expect(auditSince(journal, start + 5 * minute)).toMatchObject({
    ...{ committed: 0, tasks: { waitingBefore: 1, accepted: 2, completed: 0, pending: 2, parked: 1 } },
  });
  expect(auditSince(journal, start + 9 * minute)).toMatchObject({
    ...{ gap: null, committed: 0, tasks: { waitingBefore: 3, accepted: 0, pending: 2, parked: 1 }, lost: 0 },
  });
});

test('goes back to when the journal was made, and says so', () => {
  live();
  const audit = auditSince(journal, start - 60 * minute);
  expect(audit).toMatchObject({ from: start, gap: 'journal-made', committed: 3, lost: 0 });
  expect(audit.tasks).toMatchObject({ waitingBefore: 0, accepted: 5, completed: 1, deadLettered: 1 });
});

test('counts on over retention, and names what the records that are gone would have told', () => {
  live();
  const whole = auditSince(journal, start + minute);
  const rules = { keepFrom: 4, keepSince: start + 9 * minute, olderThan: start + 9 * minute, excessBytes: 0 };
  commit({ segments: [records('F/a/', '{}')] }, start + 6 * minute);
  journal.removeOldest(rules, [], start + 7 * minute);
  expect(auditSince(journal, start + minute)).toEqual({
    ...whole,
    committed: whole.committed + 1,
    removed: { before: 4, at: start + 7 * minute },
    tasks: { ...whole.tasks, settled: whole.tasks.settled },
  });
  expect(auditSince(journal, start - 60 * minute)).toMatchObject({
    ...{ from: start, gap: 'journal-made', committed: 4, lost: 0, removed: { before: 4 } },
  });
  // What is left is all that was asked for.
  expect(auditSince(journal, start + 6 * minute)).toMatchObject({ gap: null, committed: 1, removed: null });
});

test('where counts and records are gone it says from when on it counts', () => {
  live();
  commit({ segments: [records('F/a/', '{}')] }, start + 6 * minute);
  const rules = { keepFrom: 4, keepSince: start + 9 * minute, olderThan: start + 9 * minute, excessBytes: 0 };
  journal.removeOldest(rules, [], start + 7 * minute);
  journal.forgetIds(start + 2 * minute + 1 + 31 * 24 * 60 * minute, 100);
  expect(auditSince(journal, start)).toMatchObject({
    from: start + 5 * minute,
    gap: 'counts-begin',
    lost: 0,
  });
  expect(auditSince(journal, start + 5 * minute)).toMatchObject({ from: start + 5 * minute, gap: null });
});

test('counts on over restarts, and keeps the first count of a minute that comes again', async () => {
  live();
  await journal.close();
  journal = openJournalWriter(folder, 'anna', start);
  commit({ rows: [row(3)] }, start + 2 * minute + 900);
  commit({ segments: [records('F/a/', '{}')] }, start + 6 * minute);
  expect(auditSince(journal, start + 2 * minute)).toMatchObject({
    ...{ committed: 2, lost: 0, tasks: { waitingBefore: 3, accepted: 2, completed: 2, deadLettered: 1 } },
  });
});

test('names the gap where nobody counted by the minute', () => {
  live();
  const later = { ...journal, tallyFrom: () => journal.tallyFrom(start + 5 * minute) };
  expect(auditSince(later, start + minute)).toMatchObject({ from: start + 5 * minute, gap: 'counts-begin' });
  const never = { ...journal, tallyFrom: () => undefined };
  expect(auditSince(never, start)).toMatchObject({ gap: 'not-counted' });
});

test('finds what was lost', () => {
  live();
  const info = () => ({ ...journal.info(), pending: 1 });
  expect(auditSince({ ...journal, info }, start + 2 * minute).lost).toBe(1);
});

test('adds up the periods of looking that ended meanwhile, each with its own sum', () => {
  const period = (from: string, part: object) => ({
    type: 'polar.observation.attested',
    policy: { revision: 'r', hash: 'h' },
    data: {
      ...{ target: 'http:shop', from, to: '2025-06-01T11:00:00.000Z', longestGapMs: 1, reason: 'attest' },
      ...{ due: 4, made: 2, missed: 1, skipped: 1, ...part },
    },
  });
  const told = (body: unknown) => {
    const bytes = aRecord({ key: 'anna.event.http.shop', body: Buffer.from(JSON.stringify(body)) });
    return { topic: 'AttestTarget/attested/', count: 1, bytes };
  };
  commit({ segments: [told(period('2025-06-01T09:00:00.000Z', {}))] }, start);
  commit({ segments: [told(period('2025-06-01T10:00:00.000Z', {}))] }, start + minute);
  commit({ segments: [told(period('2025-06-01T10:30:00.000Z', { due: 9 }))] }, start + minute);
  expect(auditSince(journal, start + minute)).toMatchObject({
    periods: {
      count: 2,
      from: Date.parse('2025-06-01T10:00:00.000Z'),
      due: 13,
      made: 4,
      missed: 2,
      skipped: 2,
    },
    lost: 5,
  });
});

test('what was committed is delivered, set aside or waiting, sink by sink', () => {
  const sink = { name: 'amqp', cursor: 8, quarantined: 2, redriving: 1 };
  expect(auditDelivery(sink, 3, 10)).toMatchObject({ committed: 8, delivered: 3, waiting: 2, lost: 0 });
  expect(auditDelivery({ ...sink, cursor: 1, quarantined: 0, redriving: 0 }, 3, 10)).toMatchObject({
    ...{ delivered: 0, waiting: 8, lost: 0 },
  });
  expect(auditDelivery({ ...sink, cursor: 12 }, 3, 10).lost).toBe(2);
});

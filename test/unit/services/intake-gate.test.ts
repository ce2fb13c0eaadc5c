import { expect, test } from 'vitest';
import { type Intake, whyClosed } from '../../../src/services/intake-gate.ts';

const open: Intake = { isStopping: false, journalFull: null, isOrder: false, pending: 9, maxPending: 10 };

test('pushes are admitted while there is room for them', () => {
  expect(whyClosed(open)).toBeUndefined();
});

test.each([
  [{ pending: 10 }, 'intake.full'],
  [{ journalFull: { kind: 'disk' } }, 'journal.full'],
  [{ journalFull: { kind: 'limit', maxBytes: 1024, heldBy: 'amqp' } }, 'journal.full'],
  [{ isStopping: true, journalFull: { kind: 'disk' } }, 'control.refused'],
] as const)('pushes are refused with the reason: %o', (part, code) => {
  expect(whyClosed({ ...open, ...part })).toMatchObject({ code, hint: expect.any(String) as string });
});

test('an order passes where the journal is at its limit, for it may be what makes room; not on a full disk', () => {
  const limit = { kind: 'limit', maxBytes: 1024, heldBy: 'old-amqp' } as const;
  expect(whyClosed({ ...open, journalFull: limit, isOrder: true })).toBeUndefined();
  expect(whyClosed({ ...open, journalFull: { kind: 'disk' }, isOrder: true })?.code).toBe('journal.full');
});

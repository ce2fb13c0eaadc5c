import { expect, test } from 'vitest';
import { type Intake, whyClosed } from '../../../src/services/intake-gate.ts';

const open: Intake = { isStopping: false, isJournalFull: false, pending: 9, maxPending: 10 };

test('pushes are admitted while there is room for them', () => {
  expect(whyClosed(open)).toBeUndefined();
});

test.each([
  [{ pending: 10 }, 'intake.full'],
  [{ isJournalFull: true }, 'journal.full'],
  [{ isStopping: true, isJournalFull: true }, 'control.refused'],
] as const)('pushes are refused with the reason: %o', (part, code) => {
  expect(whyClosed({ ...open, ...part })).toMatchObject({ code, hint: expect.any(String) as string });
});

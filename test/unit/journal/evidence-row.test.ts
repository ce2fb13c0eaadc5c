import { expect, test } from 'vitest';
import { encodeEvidenceRow, findEvidence, maxEvidenceRowBytes } from '../../../src/journal/evidence-row.ts';

const of = (first: number, count: number, bytes: Buffer | string) => ({
  first,
  count,
  bytes: Buffer.from(bytes),
});

test('keeps no more than its limit, and whole pieces only', () => {
  const mebibyte = Buffer.alloc(1024 * 1024, 'x');
  const row = encodeEvidenceRow(
    Array.from({ length: 9 }, (_, index) => of(10 + index, 1, mebibyte)),
    10,
  );
  expect(row.length).toBeLessThanOrEqual(maxEvidenceRowBytes);
  expect([10, 12, 13].map((sequence) => findEvidence(row, 10, sequence)?.bytes.length)).toEqual([
    mebibyte.length,
    mebibyte.length,
    undefined,
  ]);
});

test('that is cut short is refused, and of a later layout not guessed at', () => {
  const row = encodeEvidenceRow([of(1, 1, 'one'), of(2, 1, 'two')], 1);
  expect(() => findEvidence(row.subarray(0, row.length - 1), 1, 2)).toThrow('cut short');
  expect(() => findEvidence(row.subarray(0, 25), 1, 2)).toThrow('cut short');
  row[0] = 2;
  expect(findEvidence(row, 1, 1)).toBeUndefined();
});

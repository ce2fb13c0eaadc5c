import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLineSplitter } from '../../../src/components/lines.ts';

/** As a pipe gives it: in pieces of any size. */
function chunksOf(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  let start = 0;
  for (const size of sizes) {
    chunks.push(bytes.subarray(start, start + size));
    start += size;
  }
  return [...chunks, bytes.subarray(start)];
}

const split = (text: string, sizes: readonly number[] = [], mostBytes = 1000) => {
  const splitter = createLineSplitter(mostBytes);
  return chunksOf(Buffer.from(text), sizes).flatMap((chunk) => splitter(chunk));
};

test('lines come out as they were written, however the stream is cut', () => {
  const line = fc.string({ unit: 'binary' }).filter((text) => !/[\n\r]/.test(text));
  const sizes = fc.array(fc.nat(7));
  fc.assert(
    fc.property(fc.array(line), sizes, (lines, cuts) => {
      const text = lines.map((one) => `${one}\n`).join('');
      const whole = Buffer.from(text).toString().split('\n').slice(0, -1);
      expect(split(text, cuts, 100_000)).toEqual(whole.map((one) => ({ text: one, isCut: false })));
    }),
  );
});

test('of a line that is too long the beginning stays, and the next one is whole', () => {
  expect(split('abcdefgh\nij\n', [3, 2, 1], 4)).toEqual([
    { text: 'abcd', isCut: true },
    { text: 'ij', isCut: false },
  ]);
});

test('a line of just the bytes allowed is whole', () => {
  expect(split('abcd\n', [4], 4)).toEqual([{ text: 'abcd', isCut: false }]);
});

test('a line without an end is not one yet', () => {
  expect(split('a\nb')).toEqual([{ text: 'a', isCut: false }]);
});

test('lines may end as on Windows', () => {
  expect(split('a\r\nb\r\n').map(({ text }) => text)).toEqual(['a', 'b']);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readText, textBytes, writeText } from '../../../src/model/short-text.ts';

const text = fc.oneof(fc.string({ maxLength: 120 }), fc.string({ unit: 'binary', maxLength: 120 }));

test('a text is measured, written and read as Node.js does it, whatever was read before', () => {
  fc.assert(
    fc.property(text, text, (written, guess) => {
      const expected = Buffer.from(written);
      expect(textBytes(written)).toBe(expected.length);
      const bytes = Buffer.alloc(expected.length + 4, 0x55);
      expect(writeText(bytes, written, 2)).toBe(expected.length);
      expect(bytes.subarray(2, -2)).toEqual(expected);
      for (const before of [guess, written])
        expect(readText(bytes, 2, expected.length, before)).toBe(expected.toString());
    }),
  );
});

test('bytes that are no text are read as Node.js does it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 90 }), text, (data, guess) => {
      const bytes = Buffer.from(data);
      const read = readText(bytes, 0, bytes.length, guess);
      expect([read, readText(bytes, 0, bytes.length, read)]).toEqual([bytes.toString(), bytes.toString()]);
    }),
  );
});

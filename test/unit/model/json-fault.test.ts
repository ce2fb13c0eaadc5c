import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { faultOfJson, placeIn } from '../../../src/model/json-fault.ts';

/** Pieces that make texts which are JSON, nearly JSON, or nothing like it. */
const pieces = [
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  '"a"',
  '"',
  '\\',
  '\\u00e9',
  '0',
  '01',
  '-',
  '1.5e3',
  '.',
  'true',
];
const text = fc
  .array(fc.constantFrom(...pieces, 'null', 'nul', ' ', '\n', '\t', '\u0000', '\u2028', '😀'), {
    maxLength: 12,
  })
  .map((parts) => parts.join(''));

describe('the fault of a text', () => {
  it('is there exactly when JSON.parse refuses the text', () => {
    const any = fc.oneof(text, fc.json(), fc.string());
    fc.assert(
      fc.property(any, (written) => {
        expect(faultOfJson(written) === undefined).toBe(parses(written));
      }),
      { numRuns: 3000 },
    );
  });

  it('is at the end of a text that was cut short', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), (whole, at) => {
        const cut = `[${whole}`.slice(0, 1 + (at % whole.length));
        const fault = faultOfJson(cut);
        // Within a word or an escape the beginning of the piece is the place.
        expect(cut.slice(fault?.offset)).toMatch(/^(?:[a-z]*|-|[.eE][+-]?|\\u?.{0,3})$/);
      }),
    );
  });

  it.each([
    ['{"a": x}', 6, 'has "x" where a value is expected'],
    ['{"a" 1}', 5, 'has "1" where ":" is expected'],
    ['{"a": 1,}', 8, 'has "}" where a name in quotes is expected'],
    ['[1 2]', 3, 'has "2" where "," or "]" is expected'],
    ["{'a': 1}", 1, 'has "\'" where a name in quotes or "}" is expected'],
    ['"a\nb"', 2, 'has "\\n" in a string, where it must be escaped'],
    ['"\\x"', 1, 'has an escape that JSON does not know'],
    ['1 1', 2, 'has "1" where nothing more is expected'],
    ['"abc', 4, 'ends where the end of a string is expected'],
    ['', 0, 'ends where a value is expected'],
    ['\ufeff{}', 0, 'has "\ufeff" where a value is expected'],
  ])('says where and what: %s', (written, offset, problem) => {
    expect(faultOfJson(written)).toEqual({ offset, problem });
  });

  it('is a nesting that whoever writes the body again could not walk', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect(faultOfJson(nested(1000))).toBeUndefined();
    expect(faultOfJson(nested(300_000))).toEqual({ offset: 1000, problem: 'nests deeper than 1000 levels' });
  });

  it('is found in a long string without a way back for each character', () => {
    expect(faultOfJson(`"${'a'.repeat(4_000_000)}"`)).toBeUndefined();
  });
});

it('counts lines and columns from 1', () => {
  expect(placeIn('{\n  "a": x', 9)).toBe('line 2, column 8');
  expect(placeIn('', 0)).toBe('line 1, column 1');
});

function parses(written: string): boolean {
  try {
    JSON.parse(written);
    return true;
  } catch {
    return false;
  }
}

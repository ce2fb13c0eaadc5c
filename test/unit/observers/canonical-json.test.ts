import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonicalJson } from '../../../src/observers/canonical-json.ts';

/** As `JSON.parse` makes them: no minus zero, no member that only a prototype has. */
const document = fc.json().map((text) => JSON.parse(text) as unknown);

it('sorts keys and leaves no space', () => {
  expect(canonicalJson({ b: [1, { d: null, c: true }], a: 'x' })).toBe(
    '{"a":"x","b":[1,{"c":true,"d":null}]}',
  );
  expect(canonicalJson([])).toBe('[]');
  expect(canonicalJson({})).toBe('{}');
  expect(canonicalJson('x')).toBe('"x"');
});

it('means the document that it was made from', () => {
  fc.assert(
    fc.property(document, (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(value);
    }),
  );
});

it('is the same in whatever order the members were written', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const reversed = Object.fromEntries(Object.entries(value).reverse());
      expect(canonicalJson(reversed)).toBe(canonicalJson(value));
    }),
  );
});

it('differs where two documents differ', () => {
  fc.assert(
    fc.property(document, document, (one, other) => {
      const same = JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
      expect(canonicalJson(one) === canonicalJson(other)).toBe(same);
    }),
  );
});

it('reads a document that nests deeper than any call stack', () => {
  const depth = 200_000;
  const text = '['.repeat(depth) + ']'.repeat(depth);
  expect(canonicalJson(JSON.parse(text))).toHaveLength(text.length);
});

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value).map(([key, part]) => [key, sorted(part)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { digestOf, factOf, parseJson } from '../../../src/observers/fact.ts';

it.each([['1.4.0'], [200], [true], [null], ['']])('takes the scalar %j as it is', (value) => {
  expect(factOf(value)).toBe(value);
});

it('tells objects, arrays and long texts by a digest', () => {
  for (const value of [{ a: 1 }, [1], 'x'.repeat(257)]) expect(factOf(value)).toMatch(/^[0-9a-f]{12}$/);
  expect(factOf({ a: 1, b: 2 })).toBe(factOf({ b: 2, a: 1 }));
  expect(factOf({ a: 1 })).not.toBe(factOf({ a: 2 }));
});

it('is null where there is nothing', () => {
  expect(factOf(undefined)).toBeNull();
});

it('makes a fact that JSON carries unchanged of every document', () => {
  expect(factOf(parseJson(Buffer.from('1e999')))).toBe('Infinity');
  fc.assert(
    fc.property(fc.json(), (text) => {
      const fact = factOf(JSON.parse(text));
      // Minus zero is the one number that JSON does not carry; it equals zero wherever facts are compared.
      expect(JSON.parse(JSON.stringify(fact)) === fact).toBe(true);
    }),
  );
});

it('reads no value from bytes that are no JSON', () => {
  for (const text of ['', 'ok', '{"a":', '\xff\xfe'])
    expect(parseJson(Buffer.from(text, 'latin1'))).toBeUndefined();
  expect(parseJson(undefined)).toBeUndefined();
});

it('reads JSON behind a byte-order mark', () => {
  expect(parseJson(Buffer.from('\ufeff{"a":1}'))).toEqual({ a: 1 });
});

it('digests to the first 12 characters of SHA-256', () => {
  expect(digestOf('')).toBe('e3b0c44298fc');
});

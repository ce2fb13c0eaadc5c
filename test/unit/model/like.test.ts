import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLike } from '../../../src/model/like.ts';

describe('a pattern', () => {
  it.each([
    ['shop-*', 'shop-', true],
    ['shop-*', 'shop-api', true],
    ['shop-*', 'a shop-api', false],
    ['*.?.*', '1.4.0', true],
    ['*.?.*', '1.40', false],
    ['', '', true],
    ['*', '', true],
    ['?', '', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'a-c-b', false],
    ['[a]', '[a]', true],
  ])('%j is like %j: %j', (pattern, text, expected) => {
    expect(isLike(text, pattern)).toBe(expected);
  });

  it('is what the regular expression would be that is spelled for it', () => {
    const part = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 });
    fc.assert(
      fc.property(part, text, (pattern, written) => {
        const oracle = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`);
        expect(isLike(written, pattern)).toBe(oracle.test(written));
      }),
    );
  });

  it('is decided at once where a regular expression would not be', () => {
    const text = 'a'.repeat(256);
    const begun = performance.now();
    expect(isLike(text, `${'*a'.repeat(100)}b`)).toBe(false);
    // A backtracking engine needs longer than the age of the world: any bound that a busy machine keeps will do.
    expect(performance.now() - begun).toBeLessThan(2000);
  });
});

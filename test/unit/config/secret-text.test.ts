import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatSecretReference } from '../../../src/config/secret-reference.ts';
import { fillSecretText, hasSecretReference, secretReferencesIn } from '../../../src/config/secret-text.ts';

describe('a text with secrets', () => {
  it('names them in their order', () => {
    const text = `${'$'}{env:USER}:${'$'}{file:/run/a key}`;
    expect(secretReferencesIn(text)?.map(formatSecretReference)).toEqual([
      `${'$'}{env:USER}`,
      `${'$'}{file:/run/a key}`,
    ]);
  });

  it.each([`${'$'}{env:}`, `${'$'}{env:A`, `${'$'}{file:${'$'}{env:A}}`, `${'$'}{env:A B}`, `${'$'}{file:a`])(
    'is not written well as %s',
    (text) => {
      expect(hasSecretReference(text)).toBe(true);
      expect(secretReferencesIn(text)).toBeUndefined();
    },
  );

  it('has what was read in the place of each reference, whatever that is', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (before, secret, after) => {
        fc.pre(!hasSecretReference(before + after) && !before.endsWith('$'));
        const text = `${before}${'$'}{env:A}${after}`;
        expect(fillSecretText(text, () => secret)).toBe(before + secret + after);
      }),
    );
  });

  it('is left as it is without any', () => {
    expect(fillSecretText(`cost: $5 ${'$'}{x}`, () => 'never')).toBe(`cost: $5 ${'$'}{x}`);
    expect(secretReferencesIn('text/html')).toEqual([]);
  });
});

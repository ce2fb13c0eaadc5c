import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutToWidth, widthOf } from '../../../../src/cli/screen/text-width.ts';

describe('the width of text', () => {
  it.each([
    ['', 0],
    ['http:shop', 9],
    ['über', 4],
    ['u\u0308ber', 4],
    ['状態', 4],
    ['한글', 4],
    ['ｆｕｌｌ', 8],
    ['🚀', 2],
    ['a\u200bb', 2],
    ['→ … ·', 5],
    ['⚠\ufe0f', 2],
  ])('of "%s" is %i columns', (text, width) => {
    expect(widthOf(text)).toBe(width);
  });

  it('is never more than was asked for, and nothing is cut that fits', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(40), (text, width) => {
        const cut = cutToWidth(text, width);
        expect(widthOf(cut)).toBeLessThanOrEqual(width);
        if (widthOf(text) <= width) expect(cut).toBe(text);
        else if (width > 0) expect(cut.endsWith('…')).toBe(true);
      }),
    );
  });
});

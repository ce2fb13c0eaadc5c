import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitSections } from '../../../../src/cli/screen/sections.ts';

const head = { lines: ['head'], least: 1 };
const list = { lines: ['title', 'a', 'b', 'c', 'd'], least: 3, more: (hidden: number) => `${hidden} more` };

describe('sections on a screen', () => {
  it('stand apart where there is room', () => {
    expect(fitSections([head, list], 10)).toEqual(['head', '', 'title', 'a', 'b', 'c', 'd']);
    expect(fitSections([head, list], 6)).toEqual(['head', 'title', 'a', 'b', 'c', 'd']);
  });

  it('say how much of them is not shown, the last ones first', () => {
    expect(fitSections([head, list, list], 9)).toEqual([
      ...['head', 'title', 'a', 'b', 'c', 'd'],
      ...['title', 'a', '3 more'],
    ]);
    expect(fitSections([head, list, list], 8)).toEqual([
      ...['head', 'title', 'a', 'b', '2 more'],
      ...['title', 'a', '3 more'],
    ]);
  });

  it('fill the screen and no more', () => {
    const section = fc.record({
      lines: fc.array(fc.constant('x'), { maxLength: 12 }),
      least: fc.nat(6),
      more: fc.constant((hidden: number) => `${hidden}`),
    });
    fc.assert(
      fc.property(fc.array(section, { maxLength: 5 }), fc.nat(30), (sections, rows) => {
        const wanted = sections.reduce((sum, { lines }) => sum + lines.length, 0);
        const lines = fitSections(sections, rows);
        expect(lines.length).toBeLessThanOrEqual(rows);
        expect(lines.length).toBeGreaterThanOrEqual(Math.min(rows, wanted));
      }),
    );
  });
});

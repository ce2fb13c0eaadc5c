import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createUnheard } from '../../../../src/cli/tap/unheard.ts';

describe('what the bell did not tell of', () => {
  it('is nothing before it has rung, and nothing while it tells of everything', () => {
    const unheard = createUnheard();
    unheard.heard([[100, 5]]);
    unheard.heard([]);
    unheard.heard([[105, 1]]);
    expect(unheard.taken(1000)).toBe(0);
  });

  it('is what lies between two rings, and told when it was read', () => {
    const unheard = createUnheard();
    unheard.heard([[1, 1]]);
    unheard.heard([[122, 3]]);
    expect(unheard.taken(1)).toBe(0);
    expect(unheard.taken(61)).toBe(60);
    expect(unheard.taken(124)).toBe(60);
    expect(unheard.taken(124)).toBe(0);
  });

  it('and what it told of are together all that there was', () => {
    const rings = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 9 })), { maxLength: 40 });
    fc.assert(
      fc.property(rings, (commits) => {
        const unheard = createUnheard();
        let [next, heard, all, lost] = [1, 0, 0, 0];
        for (const [isHeard, count] of commits) {
          if (isHeard) {
            unheard.heard([[next, count]]);
            // What was lost before the first ring cannot be known, and after the last one not yet.
            all += heard === 0 ? 0 : lost;
            lost = 0;
            heard += count;
          } else lost += count;
          next += count;
        }
        expect(unheard.taken(next)).toBe(all);
      }),
    );
  });
});

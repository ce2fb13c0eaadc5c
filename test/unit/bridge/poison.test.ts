import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acquit, channelClosed, createPoison, isCareful } from '../../../src/bridge/poison.ts';

describe('a closed channel', () => {
  it('accuses all that were under way, and charges none of them', () => {
    const poison = createPoison();
    expect(channelClosed(poison, [4, 5, 6])).toBeUndefined();
    expect([isCareful(poison), poison.strikes.size]).toEqual([true, 0]);
  });

  it('charges an event that was alone, and the second time convicts it', () => {
    const poison = createPoison();
    expect(channelClosed(poison, [4])).toBeUndefined();
    expect(channelClosed(poison, [4])).toBe(4);
  });

  it('is forgotten of an event that was confirmed since', () => {
    const poison = createPoison();
    channelClosed(poison, [4]);
    acquit(poison, 4);
    expect(isCareful(poison)).toBe(false);
    expect(channelClosed(poison, [4])).toBeUndefined();
  });

  it('with nothing under way accuses nobody', () => {
    const poison = createPoison();
    expect(channelClosed(poison, [])).toBeUndefined();
    expect(isCareful(poison)).toBe(false);
  });
});

describe('events of which some close the channel', () => {
  it('are all delivered but those, which are convicted one by one', () => {
    const events = fc.array(fc.boolean(), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(events, fc.integer({ min: 1, max: 12 }), fc.nat(5), (isBad, window, confirmedFirst) => {
        const poison = createPoison();
        const convicted = new Set<number>();
        const delivered = new Set<number>();
        const settle = (sequence: number, where: Set<number>) => {
          where.add(sequence);
          acquit(poison, sequence);
        };
        let closings = 0;
        let next = 0;
        while (next < isBad.length) {
          const size = isCareful(poison) ? 1 : window;
          const batch = [...isBad.keys()].slice(next, next + size);
          if (batch.some((sequence) => isBad[sequence])) {
            // The broker may have confirmed some, of those before the bad one, when it closed the channel.
            for (const sequence of batch.slice(0, confirmedFirst)) {
              if (isBad[sequence]) break;
              settle(sequence, delivered);
              next++;
            }
            const culprit = channelClosed(
              poison,
              batch.filter((sequence) => sequence >= next),
            );
            closings++;
            if (culprit !== undefined) {
              settle(culprit, convicted);
              next++;
            }
          } else {
            for (const sequence of batch) settle(sequence, delivered);
            next += batch.length;
          }
        }
        const bad = [...isBad.keys()].filter((sequence) => isBad[sequence]);
        expect([...convicted]).toEqual(bad);
        expect(delivered.size).toBe(isBad.length - bad.length);
        expect(closings).toBeLessThanOrEqual(3 * bad.length);
        expect([isCareful(poison), poison.strikes.size]).toEqual([false, 0]);
      }),
      { numRuns: 500 },
    );
  });
});

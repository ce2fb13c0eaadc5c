import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRates, rateText } from '../../../../src/cli/tap/rate.ts';

describe('the rate', () => {
  it('has a line for each second in which something was committed', () => {
    const rates = createRates();
    expect(rates.add('A/x/', 1000)).toEqual([]);
    expect(rates.add('B/x/', 1999, 3)).toEqual([]);
    expect(rates.add('A/x/', 5000)).toEqual([
      {
        second: 1000,
        total: 4,
        topics: [
          ['B/x/', 3],
          ['A/x/', 1],
        ],
      },
    ]);
    expect(rates.end()).toEqual([{ second: 5000, total: 1, topics: [['A/x/', 1]] }]);
    expect(rates.end()).toEqual([]);
  });

  it('has a line for each silent second while somebody watches', () => {
    const rates = createRates();
    expect(rates.tick(1500)).toEqual([]);
    expect(rates.tick(3200).map(({ second, total }) => [second, total])).toEqual([
      [1000, 0],
      [2000, 0],
    ]);
    rates.add('A/x/', 3300);
    expect(rates.tick(3900)).toEqual([]);
    expect(rates.tick(4000)).toMatchObject([{ second: 3000, total: 1 }]);
  });

  it('says nothing of the time in which the machine slept', () => {
    const rates = createRates();
    rates.add('A/x/', 1000);
    expect(rates.tick(3_600_000)).toMatchObject([{ second: 1000, total: 1 }]);
    expect(rates.tick(3_601_000)).toMatchObject([{ second: 3_600_000, total: 0 }]);
  });

  it('counts every event once, whatever the clock does', () => {
    const steps = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 30_000 })), { maxLength: 50 });
    fc.assert(
      fc.property(steps, (taken) => {
        const rates = createRates();
        const lines = taken.flatMap(([isEvent, time]) =>
          isEvent ? rates.add('A/x/', time) : rates.tick(time),
        );
        lines.push(...rates.end());
        expect(lines.reduce((sum, { total }) => sum + total, 0)).toBe(
          taken.filter(([isEvent]) => isEvent).length,
        );
        const seconds = lines.map(({ second }) => second);
        expect(seconds).toEqual([...new Set(seconds)].sort((a, b) => a - b));
      }),
    );
  });

  it('is a line that names the busiest topics', () => {
    const topics = Array.from({ length: 7 }, (_, index) => [`T${index}/x/`, 10 - index] as const);
    const text = rateText({ second: 1000, total: 49, topics }, 1000);
    expect(text).toMatch(/^\d\d:\d\d:01 {6}49\/s {2}T0\/x\/ 10 · .* · 2 others 9$/);
  });
});

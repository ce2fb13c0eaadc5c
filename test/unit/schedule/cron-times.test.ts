import { describe, expect, it } from 'vitest';
import { loadCronTimes } from '../../../src/schedule/cron-times.ts';

const timesOf = await loadCronTimes();
const noon = Date.UTC(2026, 0, 1, 12);
const hourMs = 3_600_000;

describe('cron times', () => {
  const hourly = timesOf({ expression: '0 * * * *', timezone: 'UTC' });

  it.each([
    [0, noon, noon + hourMs],
    [-1, noon - hourMs, noon],
    [1, noon, noon + hourMs],
  ])('know the last and the next one, %d ms after one', (afterMs, latest, next) => {
    expect(hourly.latest(noon + afterMs)).toBe(latest);
    expect(hourly.next(noon + afterMs)).toBe(next);
  });

  it('count those between two, without them', async () => {
    expect(await hourly.between(noon, noon + hourMs)).toBe(0);
    expect(await hourly.between(noon, noon + 24 * hourMs)).toBe(23);
  });

  it('follow the clocks of their zone', async () => {
    const nightly = timesOf({ expression: '30 3 * * *', timezone: 'Europe/Berlin' });
    // Clocks go forward in the night of the 29th of March.
    const before = nightly.next(Date.UTC(2026, 2, 28))!;
    expect(new Date(before).toISOString()).toBe('2026-03-28T02:30:00.000Z');
    expect(new Date(nightly.next(before)!).toISOString()).toBe('2026-03-29T01:30:00.000Z');
    expect(await nightly.between(before, before + 10 * 24 * hourMs)).toBe(10);
  });
});

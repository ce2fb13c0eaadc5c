/*
 * How long the bridge waits before it connects again: a random time up to a bound that doubles, so that many bridges
 * that lost one broker do not come back in step.
 *
 * | failures in a row | 1   | 2   | 3   | 4    | 5    | 6    | 7     | 8     | 9 and on |
 * |-------------------|-----|-----|-----|------|------|------|-------|-------|----------|
 * | at most, ms       | 200 | 400 | 800 | 1600 | 3200 | 6400 | 12800 | 25600 | 30000    |
 */
export const longestBackOffMs = 30_000;
const shortestBoundMs = 200;

/** `random`: from 0 up to, and without, 1. */
export function backOffMs(failures: number, random: number): number {
  return random * Math.min(longestBackOffMs, shortestBoundMs * 2 ** (failures - 1));
}

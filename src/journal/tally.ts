/** Counts are kept by the minute. */
const minuteMs = 60_000;
/** Longer ago nobody asks by the minute. */
export const talliesKeptMs = 31 * 24 * 3_600_000;

/** When the minute began that a time lies in. */
export function minuteOf(time: number): number {
  return Math.floor(time / minuteMs) * minuteMs;
}

/** More than `restarts` within `periodMs` is too many: the fault lies deeper than a restart reaches. */
export interface Intensity {
  readonly restarts: number;
  readonly periodMs: number;
}

export const defaultIntensity: Intensity = { restarts: 10, periodMs: 60_000 };

/** A restart as it is remembered: whose, and when by the monotonic clock. */
export interface Restart {
  readonly name: string;
  readonly atMs: number;
}

/** The restarts that still count, with this one; `exceeded` when they are too many together. */
export function countRestart(
  earlier: readonly Restart[],
  restart: Restart,
  { restarts, periodMs }: Intensity,
): { readonly recent: readonly Restart[]; readonly exceeded: boolean } {
  const recent = [...earlier.filter(({ atMs }) => restart.atMs - atMs < periodMs), restart];
  return { recent, exceeded: recent.length > restarts };
}

/**
 * The wait before a child's nth restart within the period; the last value repeats.
 * The first is at once: a killed child must be back within two seconds. The sum of the first ten (30.6 s)
 * stays below the default period, so that a crash loop still exceeds its intensity and is escalated.
 *
 * | restart | 1 | 2   | 3   | 4    | 5    | 6 and on |
 * |---------|---|-----|-----|------|------|----------|
 * | wait ms | 0 | 100 | 500 | 1000 | 4000 | 5000     |
 */
const restartDelaysMs = [0, 100, 500, 1000, 4000, 5000] as const;

export function restartDelayMs(nth: number): number {
  return restartDelaysMs[Math.min(nth, restartDelaysMs.length) - 1] ?? 0;
}

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type Unit = keyof typeof unitMs;
const units = Object.keys(unitMs).reverse() as Unit[];
const pattern = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

/** Milliseconds of `250ms`, `30s`, `1.5m`, `6h` or `1d`; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const match = pattern.exec(text);
  if (!match) return undefined;
  return Math.round(Number(match[1]) * unitMs[match[2] as Unit]);
}

/** The shortest exact spelling: 90000 is `90s`, 60000 is `1m`. */
export function formatDuration(durationMs: number): string {
  const unit = units.find(
    (candidate) => durationMs % unitMs[candidate] === 0 && durationMs >= unitMs[candidate],
  );
  return unit ? `${durationMs / unitMs[unit]}${unit}` : `${durationMs}ms`;
}

/** One figure for people: `0.3 s`, `20 s`, `4 min`, `2 h`, `3 d`. */
export function humanDuration(durationMs: number): string {
  const seconds = durationMs / 1000;
  if (seconds < 10) return `${Number(seconds.toFixed(1))} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

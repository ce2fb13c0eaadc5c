/** How long a target's slowest look took. */
export interface SlowLook {
  readonly target: string;
  readonly ms: number;
}

/** The targets whose looks took longest lately: of the last half minute, or up to twice that. */
export interface SlowestLooks {
  add(target: string, ms: number, atMs: number): void;
  /** The slowest first. */
  list(atMs: number): SlowLook[];
}

// Enough for a screen, and few enough to be told once a second.
const kept = 8;
const periodMs = 30_000;

export function createSlowestLooks(): SlowestLooks {
  let before: SlowLook[] = [];
  let present: SlowLook[] = [];
  let begunMs = Number.NEGATIVE_INFINITY;
  const turn = (atMs: number) => {
    if (atMs - begunMs < periodMs) return;
    before = atMs - begunMs < 2 * periodMs ? present : [];
    present = [];
    begunMs = atMs;
  };
  return {
    add(target, ms, atMs) {
      turn(atMs);
      if (present.length === kept && ms <= (present.at(-1)?.ms ?? 0)) return;
      present = slowestOf([...present, { target, ms }]);
    },
    list(atMs) {
      turn(atMs);
      return slowestOf([...present, ...before]);
    },
  };
}

/** One look a target. */
export function slowestOf(looks: readonly SlowLook[]): SlowLook[] {
  const slowest = new Map<string, number>();
  for (const { target, ms } of looks) slowest.set(target, Math.max(ms, slowest.get(target) ?? 0));
  return [...slowest]
    .map(([target, ms]) => ({ target, ms }))
    .sort((one, other) => other.ms - one.ms)
    .slice(0, kept);
}

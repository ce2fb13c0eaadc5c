import type { Tick } from './tick.ts';

/** How many observations there should have been and were: looking leaves evidence too. due = made + missed + skipped. */
export interface Coverage {
  /** Of the last tick, ms since the epoch; null before the first. */
  readonly lastDue: number | null;
  readonly everyMs: number;
  readonly due: number;
  readonly made: number;
  /** Nobody ran at that time. */
  readonly missed: number;
  /** The one before had not ended. */
  readonly skipped: number;
  /** Observations that a person asked for: never due. */
  readonly asked: number;
}

export const noCoverage: Coverage = {
  lastDue: null,
  everyMs: 0,
  due: 0,
  made: 0,
  missed: 0,
  skipped: 0,
  asked: 0,
};

/** Takes an observation that was made into account. */
export function countTick(
  before: Coverage,
  tick: Pick<Tick, 'due' | 'skipped'> & { target: { everyMs: number } },
): Coverage {
  const { lastDue, everyMs, due, made, missed, skipped, asked } = before;
  if (tick.due === null) return { lastDue, everyMs, due, made, missed, skipped, asked: asked + 1 };
  const missedNow = missedBetween(before, tick.due, tick.target.everyMs, tick.skipped);
  return {
    lastDue: tick.due,
    everyMs: tick.target.everyMs,
    due: due + 1 + missedNow + tick.skipped,
    made: made + 1,
    missed: missed + missedNow,
    skipped: skipped + tick.skipped,
    asked,
  };
}

// Across a change of the interval nothing can be said: the two ticks were due by different clocks.
function missedBetween(before: Coverage, due: number, everyMs: number, skipped: number): number {
  if (before.lastDue === null || before.everyMs !== everyMs) return 0;
  return Math.max(0, Math.round((due - before.lastDue) / everyMs) - 1 - skipped);
}

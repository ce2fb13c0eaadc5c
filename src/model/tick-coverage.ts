import type { Target } from './policy.ts';
import type { Tick } from './tick.ts';

/** How many observations there should have been and were: looking leaves evidence too. due = made + missed + skipped. */
export interface Coverage {
  /** Of the last tick, ms since the epoch; null before the first. */
  readonly lastDue: number | null;
  readonly everyMs: number;
  /** What else the last tick was due by; null for the interval alone. */
  readonly cron: string | null;
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
  cron: null,
  due: 0,
  made: 0,
  missed: 0,
  skipped: 0,
  asked: 0,
};

/** Takes an observation that was made into account. `cronBetween`: how many cron times lie between the last tick and this. */
export function countTick(
  before: Coverage,
  tick: Pick<Tick, 'due' | 'skipped'> & { target: Pick<Target, 'everyMs' | 'cron'> },
  cronBetween = 0,
): Coverage {
  const { lastDue, everyMs, cron, due, made, missed, skipped, asked } = before;
  if (tick.due === null) return { lastDue, everyMs, cron, due, made, missed, skipped, asked: asked + 1 };
  const { target } = tick;
  const between = isComparable(before, target) ? betweenTicks(before, tick.due, target, cronBetween) : 0;
  const missedNow = Math.max(0, between - tick.skipped);
  return {
    lastDue: tick.due,
    everyMs: target.everyMs,
    cron: cronText(target),
    due: due + 1 + missedNow + tick.skipped,
    made: made + 1,
    missed: missed + missedNow,
    skipped: skipped + tick.skipped,
    asked,
  };
}

/** Across a change of the interval nothing can be said: the two ticks were due by different clocks. */
export function isComparable(before: Coverage, target: Pick<Target, 'everyMs' | 'cron'>): boolean {
  return before.lastDue !== null && before.everyMs === target.everyMs && before.cron === cronText(target);
}

/** Due times that are over without a look. */
export interface Passed {
  readonly count: number;
  /** As `lastDue` is to be when they have been counted, so that none of them is counted again. */
  readonly lastDue: number | null;
}

/**
 * What passed until then of a target that is due by its interval; all but the latest due time: whoever looks next is
 * late for that one, and makes it.
 */
export function passedOnGrid({ lastDue, everyMs }: Coverage, untilMs: number): Passed {
  if (lastDue === null) return { count: 0, lastDue };
  const count = Math.max(0, Math.floor((untilMs - lastDue) / everyMs) - 1);
  return { count, lastDue: lastDue + count * everyMs };
}

/** Takes into account what passed without a look; `skipped` of it because a look had not ended. */
export function countPassed(before: Coverage, { count, lastDue }: Passed, skipped = 0): Coverage {
  const skippedNow = Math.min(count, skipped);
  const { everyMs, cron, due, made, missed, asked } = before;
  return {
    lastDue,
    everyMs,
    cron,
    due: due + count,
    made,
    missed: missed + count - skippedNow,
    skipped: before.skipped + skippedNow,
    asked,
  };
}

function betweenTicks(
  { lastDue }: Coverage,
  due: number,
  { everyMs, cron }: Pick<Target, 'everyMs' | 'cron'>,
  cronBetween: number,
): number {
  return cron ? cronBetween : Math.round((due - (lastDue ?? due)) / everyMs) - 1;
}

function cronText({ cron }: Pick<Target, 'cron'>): string | null {
  return cron ? `${cron.expression} ${cron.timezone}` : null;
}

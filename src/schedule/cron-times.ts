import type { CronSchedule } from '../model/policy.ts';

/** The due times of a cron expression in its time zone, ms since the epoch. */
export interface CronTimes {
  /** The last one that is not after; undefined when there is none. */
  latest(nowMs: number): number | undefined;
  /** The first one after; undefined when there is none any more. */
  next(afterMs: number): number | undefined;
  /** How many lie between the two, neither counted; at most `countedMost`. */
  between(afterMs: number, beforeMs: number): Promise<number>;
}

/** More is months of every minute, or a clock that was wrong. */
export const countedMost = 100_000;
/** Counted in one go: a long gap must not hold up everybody else in the process. */
const countedAtOnce = 100;

/** Loads the calendar: only who has a cron target pays for it. */
export async function loadCronTimes(): Promise<(schedule: CronSchedule) => CronTimes> {
  const { Cron } = await import('croner');
  const known = new Map<string, CronTimes>();
  return ({ expression, timezone }) => {
    const id = `${expression} ${timezone}`;
    const found = known.get(id);
    if (found) return found;
    const cron = new Cron(expression, { timezone, paused: true, mode: '5-part' });
    const next = (afterMs: number) => cron.nextRun(new Date(afterMs))?.getTime();
    const times: CronTimes = {
      next,
      // What it gives is before its reference.
      latest: (nowMs) => cron.previousRuns(1, new Date(nowMs + 1))[0]?.getTime(),
      async between(afterMs, beforeMs) {
        let count = 0;
        for (
          let at = next(afterMs);
          at !== undefined && at < beforeMs && count < countedMost;
          at = next(at)
        ) {
          if (++count % countedAtOnce === 0) await new Promise((resolve) => setImmediate(resolve));
        }
        return count;
      },
    };
    known.set(id, times);
    return times;
  };
}

import type { Target } from '../model/policy.ts';
import type { Tick } from '../model/tick.ts';
import { type Coverage, isComparable, type Passed, passedOnGrid } from '../model/tick-coverage.ts';
import { loadCronTimes } from '../schedule/cron-times.ts';

/** What the calendar says of the due times that nobody looked at; it is loaded from the first cron target on. */
let calendar: ReturnType<typeof loadCronTimes> | undefined;

/** Cron times keep a minute's distance. */
const lessThanCronMs = 1000;

/** How many cron times lie between the last tick and this. */
export async function cronBetween(before: Coverage | undefined, { target, due }: Tick): Promise<number> {
  if (!target.cron || due === null || !before || !isComparable(before, target)) return 0;
  calendar ??= loadCronTimes();
  return (await calendar)(target.cron).between(before.lastDue ?? due, due);
}

/** What passed without a look until then: all due times but the latest, for which whoever looks next is late. */
export async function passedUntil(before: Coverage, target: Target, untilMs: number): Promise<Passed> {
  const { lastDue } = before;
  const none: Passed = { count: 0, lastDue };
  if (lastDue === null || !isComparable(before, target)) return none;
  if (!target.cron) return passedOnGrid(before, untilMs);
  calendar ??= loadCronTimes();
  const times = (await calendar)(target.cron);
  const latest = times.latest(untilMs);
  if (latest === undefined || latest <= lastDue) return none;
  const count = await times.between(lastDue, latest);
  return count === 0 ? none : { count, lastDue: latest - lessThanCronMs };
}

import { waitingCount } from './lane.ts';
import type { SubjectState } from './subject-state.ts';

/** What waits in the subject, and what for. */
export interface Pressure {
  /** Tasks that no worker has. */
  readonly waiting: number;
  /** Runs that a worker has or whose result is on its way. */
  readonly outstanding: number;
  /** Runs that workers have in hand, and how many they may have. */
  readonly busy: number;
  readonly slots: number;
  /** Rows of `pending` among the tasks that wait or run here; all others wait on disk. */
  readonly rowsHeld: number;
  /** Workers that nothing is leased before. */
  readonly awaited: readonly string[];
  /** Tasks that wait for the time of their next attempt. */
  readonly inBackOff: number;
  /** Where most tasks wait for room: a host or resource that is asked as often as it may be. */
  readonly fullestGroup: { readonly name: string; readonly tasks: number; readonly runs: number } | null;
  /** Where most tasks wait behind the one run of their key. */
  readonly longestKey: { readonly name: string; readonly tasks: number } | null;
}

/** One walk over the lanes: for looking at, not for the hot path. */
export function pressureOf(state: SubjectState): Pressure {
  let [outstanding, inBackOff] = [0, 0];
  let longestKey: Pressure['longestKey'] = null;
  for (const lane of state.lanes.values()) {
    const tasks = waitingCount(lane);
    if (lane.run) {
      outstanding++;
      if (tasks > (longestKey?.tasks ?? 0)) longestKey = { name: lane.key, tasks };
    } else if (lane.blockedUntilMs > state.nowMs) inBackOff += tasks;
  }
  let [busy, slots] = [0, 0];
  for (const { runs, credit } of state.workers.values()) {
    busy += runs.size;
    slots += credit;
  }
  const { waiting, rowsHeld, awaited } = state;
  return {
    ...{ waiting, outstanding, busy, slots, rowsHeld, awaited: [...awaited], inBackOff },
    ...{ fullestGroup: fullestOf(state), longestKey },
  };
}

function fullestOf({ groups }: SubjectState): Pressure['fullestGroup'] {
  let fullest: Pressure['fullestGroup'] = null;
  for (const [name, { waiting, running }] of groups) {
    const tasks = waiting.reduce((sum, lane) => sum + (lane.run ? 0 : waitingCount(lane)), 0);
    if (tasks > (fullest?.tasks ?? 0)) fullest = { name, tasks, runs: running };
  }
  return fullest;
}

import type { Pressure } from '../topology/wire.ts';
import { waitingCount } from './lane.ts';
import type { SubjectState } from './subject-state.ts';

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

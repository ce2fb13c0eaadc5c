import { pinnedWorker } from '../model/pinning.ts';
import {
  type Lane,
  nextGroup,
  type OutstandingRun,
  takeOut,
  type WaitingTask,
  waitingCount,
} from './lane.ts';
import { compact, groupOf } from './ready-queue.ts';
import { forgetIfIdle, type Group, type SubjectState, type WorkerState } from './subject-state.ts';

export interface Lease {
  readonly worker: string;
  readonly run: string;
  readonly key: string;
  readonly tasks: readonly WaitingTask[];
}

/** Gives as many runs as there are lanes, workers with credit and room in the groups. */
export function lease(state: SubjectState): Lease[] {
  const leases: Lease[] = [];
  if (state.awaited.size > 0) return leases;
  const later: Lane[] = [];
  let reserved: WorkerState | undefined;
  while (state.readyHead < state.ready.length) {
    const lane = state.ready[state.readyHead]!;
    const group = groupOf(state, nextGroup(lane));
    if (lane.run || waitingCount(lane) === 0 || lane.blockedUntilMs > state.nowMs) {
      state.readyHead++;
      lane.queued = false;
      if (!lane.run && lane.blockedUntilMs > state.nowMs) state.blocked.add(lane);
      forgetIfIdle(state, lane);
      continue;
    }
    if (group && group.running >= state.options.runsPerGroup) {
      state.readyHead++;
      group.waiting.push(lane);
      continue;
    }
    const alone = lane.deaths >= 2;
    const worker = pickWorker(state, lane, alone, reserved);
    if (!worker) {
      const isPinned = pinnedWorker(nextGroup(lane)) !== undefined;
      if (!alone && !isPinned) break;
      // Alone: it waits for an idle worker, and one is given nothing more until it is; the others serve who is
      // behind it. Pinned: it waits for its worker, and holds up nobody.
      if (alone && !isPinned) reserved ??= leastBusy(state);
      state.readyHead++;
      later.push(lane);
      continue;
    }
    state.readyHead++;
    lane.queued = false;
    leases.push(giveRun(state, lane, worker, group, alone));
  }
  compact(state, later);
  return leases;
}

function giveRun(
  state: SubjectState,
  lane: Lane,
  worker: WorkerState,
  group: Group | undefined,
  alone: boolean,
): Lease {
  // A task that failed before, or whose lane saw deaths, goes alone, so that what it does is charged to it.
  const single = alone || lane.waiting[lane.head]!.attempt > 0;
  const tasks = takeOut(lane, single ? 1 : state.options.tasksPerRun);
  const run: OutstandingRun = {
    id: `${state.options.incarnation}.${state.nextRun++}`,
    worker: worker.name,
    tasks,
    first: tasks[0]!,
    group: tasks[0]!.group,
    report: undefined,
  };
  lane.run = run;
  lane.lastWorker = worker.name;
  worker.runs.set(run.id, lane);
  if (group) group.running++;
  state.waiting -= tasks.length;
  state.counts.leased++;
  return { worker: worker.name, run: run.id, key: lane.key, tasks };
}

function pickWorker(
  state: SubjectState,
  lane: Lane,
  alone: boolean,
  reserved: WorkerState | undefined,
): WorkerState | undefined {
  const pinned = pinnedWorker(nextGroup(lane));
  let best: WorkerState | undefined;
  for (const worker of state.workers.values()) {
    if (worker.runs.size >= worker.credit || (alone && worker.runs.size > 0) || hasLoner(worker)) continue;
    if (worker === reserved || (pinned !== undefined && worker.name !== pinned)) continue;
    if (worker.name === lane.lastWorker) return worker;
    if (!best || worker.runs.size < best.runs.size) best = worker;
  }
  return best;
}

function leastBusy(state: SubjectState): WorkerState | undefined {
  let least: WorkerState | undefined;
  for (const worker of state.workers.values()) {
    if (!least || worker.runs.size < least.runs.size) least = worker;
  }
  return least;
}

/** True while a worker has a run that must be alone. */
function hasLoner(worker: WorkerState): boolean {
  if (worker.runs.size !== 1) return false;
  for (const lane of worker.runs.values()) return lane.deaths >= 2;
  return false;
}

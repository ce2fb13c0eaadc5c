import { pinnedWorker } from '../model/pinning.ts';
import {
  isOwn,
  type Lane,
  nextGroup,
  type OutstandingRun,
  takeOut,
  type WaitingTask,
  waitingCount,
} from './lane.ts';
import { compact, groupOf, queue } from './ready-queue.ts';
import {
  forgetIfIdle,
  type Group,
  type ReadyQueue,
  type SubjectState,
  type WorkerState,
} from './subject-state.ts';

export interface Lease {
  readonly worker: string;
  readonly run: string;
  readonly key: string;
  readonly tasks: readonly WaitingTask[];
}

/** Gives as many runs as there are lanes, workers with credit and room in the groups. */
export function lease(state: SubjectState): Lease[] {
  const turn: Turn = { leases: [], reserved: undefined };
  if (state.awaited.size > 0) return turn.leases;
  // First the others: who waits for an idle worker is not to wait for the product's own as well.
  leaseFrom(state, state.ready, turn);
  leaseFrom(state, state.readyOwn, turn);
  return turn.leases;
}

interface Turn {
  readonly leases: Lease[];
  /** Is to become idle. */
  reserved: WorkerState | undefined;
}

function leaseFrom(state: SubjectState, ready: ReadyQueue, turn: Turn): void {
  const later: Lane[] = [];
  while (ready.head < ready.lanes.length) {
    const lane = ready.lanes[ready.head]!;
    const group = groupOf(state, nextGroup(lane));
    if (lane.run || waitingCount(lane) === 0 || lane.blockedUntilMs > state.nowMs) {
      ready.head++;
      lane.queued = false;
      if (!lane.run && lane.blockedUntilMs > state.nowMs) state.blocked.add(lane);
      forgetIfIdle(state, lane);
      continue;
    }
    if (group && group.running >= state.options.runsPerGroup) {
      ready.head++;
      group.waiting.push(lane);
      continue;
    }
    const own = isOwn(lane);
    if (ready === state.readyOwn && !own) {
      // It has come under suspicion while it waited.
      ready.head++;
      queue(state, lane);
      continue;
    }
    const alone = lane.deaths >= 2;
    const worker = own ? pickForOwn(state, lane) : pickWorker(state, lane, alone, turn.reserved);
    if (!worker) {
      const isPinned = pinOf(state, lane) !== undefined;
      if (!alone && !isPinned) break;
      // Alone: it waits for an idle worker, and one is given nothing more until it is; the others serve who is
      // behind it. Pinned: it waits for its worker, and holds up nobody.
      if (alone && !isPinned) turn.reserved ??= leastBusy(state);
      ready.head++;
      later.push(lane);
      continue;
    }
    ready.head++;
    lane.queued = false;
    turn.leases.push(giveRun(state, lane, worker, group, alone));
  }
  compact(ready, later);
}

function giveRun(
  state: SubjectState,
  lane: Lane,
  worker: WorkerState,
  group: Group | undefined,
  alone: boolean,
): Lease {
  // A task that failed before, or whose lane saw deaths, goes alone, so that what it does is charged to it.
  const own = isOwn(lane);
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
  (own ? worker.own : worker.runs).set(run.id, lane);
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
  const pinned = pinOf(state, lane);
  let best: WorkerState | undefined;
  for (const worker of state.workers.values()) {
    if (worker.runs.size >= worker.credit || (alone && worker.runs.size > 0) || hasLoner(worker)) continue;
    if (state.leaving.has(worker.incarnation)) continue;
    if (worker === reserved || (pinned !== undefined && worker.name !== pinned)) continue;
    if (worker.name === lane.lastWorker) return worker;
    if (!best || worker.runs.size < best.runs.size) best = worker;
  }
  return best;
}

/** Also a worker that has all the runs it may have, or one that must be alone: what is quick is done beside it. */
function pickForOwn({ workers, leaving, options }: SubjectState, lane: Lane): WorkerState | undefined {
  let best: WorkerState | undefined;
  for (const worker of workers.values()) {
    if (worker.own.size >= options.ownRunsPerWorker || leaving.has(worker.incarnation)) continue;
    if (worker.name === lane.lastWorker) return worker;
    const load = worker.runs.size + worker.own.size;
    if (!best || load < best.runs.size + best.own.size) best = worker;
  }
  return best;
}

/** The one worker that may have the lane's next run. One that has left for good keeps nothing: any worker ends it. */
function pinOf({ roster }: SubjectState, lane: Lane): string | undefined {
  const pinned = pinnedWorker(nextGroup(lane));
  return pinned === undefined || !roster || roster.has(pinned) ? pinned : undefined;
}

function leastBusy(state: SubjectState): WorkerState | undefined {
  let least: WorkerState | undefined;
  for (const worker of state.workers.values()) {
    if (state.leaving.has(worker.incarnation)) continue;
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

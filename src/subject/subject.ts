import type { Hello, KeyRow, Receipt, Report } from '../model/run.ts';
import { pendingSource } from '../model/run.ts';
import {
  createLane,
  endRun,
  type Lane,
  nextGroup,
  type OutstandingRun,
  type Settled,
  takeIn,
  takeOut,
  type WaitingTask,
  waitingCount,
} from './lane.ts';

/*
 * The subject as a pure state machine: events in, leases out; no clock, no socket, no random. State is changed in
 * place because this is the hot path. What it guarantees (protocol.md):
 *
 * R1  A lane has at most one run outstanding, so tasks of one key never run side by side.
 * R2  A run ends by word: a receipt together with the worker's report, a report that sent nothing, or the
 *     supervisor's word that the worker is gone. There is no timer that gives a run away.
 */

export interface SubjectOptions {
  /** Prefix of run ids: unique per life of the subject. */
  readonly incarnation: string;
  readonly tasksPerRun: number;
  /** Runs at once per group, over all workers. */
  readonly runsPerGroup: number;
}

/** What the subject reads of the journal; always the newest state. */
export interface SubjectView {
  keyRow(key: string): KeyRow | undefined;
  isPending(order: number): boolean;
}

export interface Lease {
  readonly worker: string;
  readonly run: string;
  readonly key: string;
  readonly tasks: readonly WaitingTask[];
}

interface WorkerState {
  readonly name: string;
  readonly incarnation: string;
  readonly credit: number;
  readonly runs: Map<string, Lane>;
}

export interface SubjectState {
  readonly options: SubjectOptions;
  readonly lanes: Map<string, Lane>;
  readonly workers: Map<string, WorkerState>;
  /** Workers that may still work for an earlier subject; nothing is leased until each has said hello or is gone. */
  readonly awaited: Set<string>;
  /** Incarnations of workers that have ended: what they still had in a socket counts for nothing. */
  readonly ended: Set<string>;
  /** Lanes that may be leased, first come first served; `ready.slice(readyHead)` is the queue. */
  ready: Lane[];
  readyHead: number;
  readonly blocked: Set<Lane>;
  readonly groups: Map<string, { running: number; waiting: Lane[] }>;
  readonly counts: { taken: number; duplicate: number; leased: number; settled: number; handedBack: number };
  integrationManager: string;
  nextRun: number;
  waiting: number;
  /** Rows of `pending` that wait or run here; the shell reads more of them when there are few. */
  rowsHeld: number;
  nowMs: number;
}

export function createSubject(options: SubjectOptions, awaited: Iterable<string> = []): SubjectState {
  return {
    options,
    lanes: new Map(),
    workers: new Map(),
    awaited: new Set(awaited),
    ended: new Set(),
    ready: [],
    readyHead: 0,
    blocked: new Set(),
    groups: new Map(),
    counts: { taken: 0, duplicate: 0, leased: 0, settled: 0, handedBack: 0 },
    integrationManager: '',
    nextRun: 1,
    waiting: 0,
    rowsHeld: 0,
    nowMs: 0,
  };
}

/** The lane of a key; the shell keeps it beside the key's bytes, so that a task costs one look-up. */
export function laneOf(state: SubjectState, key: string): Lane {
  let lane = state.lanes.get(key);
  if (!lane) {
    lane = createLane(key);
    state.lanes.set(key, lane);
  }
  return lane;
}

/** Takes a task into its lane. Call `lease` when a whole frame is in, so that runs are as long as they can be. */
export function take(state: SubjectState, lane: Lane, task: WaitingTask): void {
  if (!takeIn(lane, task)) {
    state.counts.duplicate++;
    return;
  }
  state.counts.taken++;
  state.waiting++;
  if (task.source === pendingSource) state.rowsHeld++;
  if (!lane.queued && !lane.run) enqueue(state, lane);
}

export function hello(state: SubjectState, worker: Hello, view: SubjectView): void {
  if (state.ended.has(worker.incarnation)) return;
  const before = state.workers.get(worker.worker);
  if (before && before.incarnation !== worker.incarnation) {
    workerGone(state, worker.worker, before.incarnation, view);
  }
  state.awaited.delete(worker.worker);
  const runs = new Map<string, Lane>();
  for (const { id, key } of worker.runs) {
    const lane = laneOf(state, key);
    // A run of an earlier subject: its tasks come again from their sources; until it is reported its key is busy.
    lane.run ??= { id, worker: worker.worker, tasks: [], group: '', report: undefined };
    if (lane.run.id === id) runs.set(id, lane);
  }
  state.workers.set(worker.worker, {
    name: worker.worker,
    incarnation: worker.incarnation,
    credit: worker.credit,
    runs,
  });
}

/** The supervisor's word: this worker's process has ended, nothing of it works any more. */
export function workerGone(state: SubjectState, name: string, incarnation: string, view: SubjectView): void {
  state.ended.add(incarnation);
  const worker = state.workers.get(name);
  if (!worker) state.awaited.delete(name);
  if (worker?.incarnation !== incarnation) return;
  state.workers.delete(name);
  const alone = worker.runs.size === 1;
  for (const lane of worker.runs.values()) {
    lane.deaths++;
    // Only a run that was alone is charged: the others may have died of somebody else's poison (R9).
    const first = lane.run?.tasks[0];
    if (alone && first) first.attempt++;
  }
  // Also what it had reported: the result may have died in its socket. If not, the first of two results wins (R3).
  for (const lane of state.lanes.values()) {
    if (lane.run?.worker === name) finish(state, lane, fromJournal(lane.key, view));
  }
}

/** A worker's report: it works on this run no longer. */
export function reported(state: SubjectState, report: Report, view: SubjectView): void {
  const worker = state.workers.get(report.worker);
  const lane = worker?.runs.get(report.run);
  if (!worker || !lane?.run || lane.run.id !== report.run) return;
  worker.runs.delete(report.run);
  lane.run.report = { done: report.done, sentTo: report.sentTo, retryAfterMs: report.failure?.retryAfterMs };
  if (report.failure) {
    state.counts.handedBack++;
    const failed = lane.run.tasks[report.done];
    if (failed) failed.attempt++;
  }
  const row = view.keyRow(lane.key);
  const nothingSent = report.sentTo === '';
  const sentToNobody = report.sentTo !== state.integrationManager;
  if (nothingSent || sentToNobody || row?.runs.includes(report.run))
    finish(state, lane, fromJournal(lane.key, view));
}

/** The integration manager's receipts, as its bell brings them; a lost one is found by `lookUp`. */
export function received(state: SubjectState, receipts: readonly Receipt[], view: SubjectView): void {
  for (const receipt of receipts) {
    const lane = state.lanes.get(receipt.key);
    // Without the worker's report the run is not over: it may hand tasks back with a delay.
    if (lane?.run?.id === receipt.run && lane.run.report) finish(state, lane, fromJournal(lane.key, view));
  }
}

/**
 * Asks the journal about every run whose result was sent. To be called when an integration manager has started
 * (results sent to another one that are not in the journal are gone) and once a second, for bells that were lost.
 */
export function lookUp(state: SubjectState, integrationManager: string, view: SubjectView): void {
  state.integrationManager = integrationManager;
  for (const lane of state.lanes.values()) {
    const run = lane.run;
    if (!run?.report) continue;
    if (run.report.sentTo !== integrationManager || view.keyRow(lane.key)?.runs.includes(run.id)) {
      finish(state, lane, fromJournal(lane.key, view));
    }
  }
}

/** Time passes: lanes whose back-off is over may be leased again. Monotonic milliseconds. */
export function passTime(state: SubjectState, nowMs: number): void {
  state.nowMs = nowMs;
  for (const lane of state.blocked) {
    if (lane.blockedUntilMs > nowMs) continue;
    state.blocked.delete(lane);
    enqueue(state, lane);
  }
}

/** Gives as many runs as there are lanes, workers with credit and room in the groups. */
export function lease(state: SubjectState): Lease[] {
  const leases: Lease[] = [];
  if (state.awaited.size > 0) return leases;
  const later: Lane[] = [];
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
    const worker = pickWorker(state, lane, alone);
    if (!worker) {
      // A lane that must be alone waits for an idle worker; it holds up nobody behind it.
      if (!alone) break;
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
  group: { running: number } | undefined,
  alone: boolean,
): Lease {
  // A task that failed before, or whose lane saw deaths, goes alone, so that what it does is charged to it.
  const single = alone || lane.waiting[lane.head]!.attempt > 0;
  const tasks = takeOut(lane, single ? 1 : state.options.tasksPerRun);
  const run: OutstandingRun = {
    id: `${state.options.incarnation}.${state.nextRun++}`,
    worker: worker.name,
    tasks,
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

function pickWorker(state: SubjectState, lane: Lane, alone: boolean): WorkerState | undefined {
  let best: WorkerState | undefined;
  for (const worker of state.workers.values()) {
    if (worker.runs.size >= worker.credit || (alone && worker.runs.size > 0) || hasLoner(worker)) continue;
    if (worker.name === lane.lastWorker) return worker;
    if (!best || worker.runs.size < best.runs.size) best = worker;
  }
  return best;
}

/** True while a worker has a run that must be alone. */
function hasLoner(worker: WorkerState): boolean {
  if (worker.runs.size !== 1) return false;
  for (const lane of worker.runs.values()) return lane.deaths >= 2;
  return false;
}

/** The run is over: what is settled is dropped, the rest waits again, in its place. */
function finish(state: SubjectState, lane: Lane, settled: Settled): void {
  const run = lane.run;
  if (!run) return;
  state.workers.get(run.worker)?.runs.delete(run.id);
  const before = waitingCount(lane);
  const { settledTasks, settledRows } = endRun(lane, settled);
  state.rowsHeld -= settledRows;
  state.waiting += waitingCount(lane) - before;
  state.counts.settled += settledTasks;
  if (settledTasks > 0) lane.deaths = 0;
  if (run.report?.retryAfterMs !== undefined) lane.blockedUntilMs = state.nowMs + run.report.retryAfterMs;
  releaseGroup(state, run.group);
  if (waitingCount(lane) > 0) enqueue(state, lane);
  else forgetIfIdle(state, lane);
}

function releaseGroup(state: SubjectState, name: string): void {
  const group = state.groups.get(name);
  if (!group) return;
  group.running--;
  wakeGroup(state, name);
}

/** Room in a group goes to the lane that has waited longest for it and still has something to run. */
function wakeGroup(state: SubjectState, name: string): void {
  const group = state.groups.get(name);
  if (!group || group.running >= state.options.runsPerGroup) return;
  for (let next = group.waiting.shift(); next; next = group.waiting.shift()) {
    if (!next.run && waitingCount(next) > 0) {
      state.ready.push(next);
      return;
    }
    next.queued = false;
  }
  if (group.running === 0) state.groups.delete(name);
}

function enqueue(state: SubjectState, lane: Lane): void {
  if (lane.queued || lane.run || waitingCount(lane) === 0) return;
  if (lane.blockedUntilMs > state.nowMs) {
    state.blocked.add(lane);
    return;
  }
  lane.queued = true;
  state.ready.push(lane);
}

/** An idle lane is dropped: what it remembers, the journal knows (R5). */
function forgetIfIdle(state: SubjectState, lane: Lane): void {
  if (lane.run || lane.queued || waitingCount(lane) > 0) return;
  lane.forgotten = true;
  state.lanes.delete(lane.key);
  state.blocked.delete(lane);
}

function compact(state: SubjectState, later: Lane[]): void {
  if (state.readyHead === state.ready.length) {
    state.ready = later;
    state.readyHead = 0;
  } else if (later.length > 0 || state.readyHead > 1024) {
    state.ready = later.concat(state.ready.slice(state.readyHead));
    state.readyHead = 0;
  }
}

function groupOf(state: SubjectState, name: string): { running: number; waiting: Lane[] } | undefined {
  if (name === '') return undefined;
  let group = state.groups.get(name);
  if (!group) {
    group = { running: 0, waiting: [] };
    state.groups.set(name, group);
  }
  return group;
}

function fromJournal(key: string, view: SubjectView): Settled {
  const marks = view.keyRow(key)?.marks;
  return {
    mark: (source) => marks?.[source] ?? Number.NEGATIVE_INFINITY,
    isPending: (order) => view.isPending(order),
  };
}

/** Runs that a worker has or whose result is on its way. */
export function outstanding(state: SubjectState): number {
  let count = 0;
  for (const lane of state.lanes.values()) if (lane.run) count++;
  return count;
}

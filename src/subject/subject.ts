import type { Hello, Receipt, Report } from '../model/run.ts';
import { pendingSource } from '../model/run.ts';
import { chargeTask, forgetSettledCharges, restoreAttempts, sendAllCharges } from './charges.ts';
import { endRun, type Lane, type Settled, takeIn, type WaitingTask, waitingCount } from './lane.ts';
import { enqueue, releaseGroup } from './ready-queue.ts';
import {
  forgetIfIdle,
  laneOf,
  type SubjectState,
  type SubjectView,
  type WorkerState,
} from './subject-state.ts';

export { takeCharges } from './charges.ts';
export { followCrew, idleLeavers } from './crew.ts';
export { type Lease, lease } from './lease.ts';
export { passTime } from './ready-queue.ts';
export {
  createSubject,
  laneOf,
  type SubjectOptions,
  type SubjectState,
  type SubjectView,
} from './subject-state.ts';

/*
 * The subject as a pure state machine: events in, leases out; no clock, no socket, no random. State is changed in
 * place because this is the hot path. What it guarantees (protocol.md):
 *
 * R1  A lane has at most one run outstanding, so tasks of one key never run side by side.
 * R2  A run ends by word: a receipt together with the worker's report, a report that sent nothing, or the
 *     supervisor's word that the worker is gone. There is no timer that gives a run away.
 */

/** Takes a task into its lane. Call `lease` when a whole frame is in, so that runs are as long as they can be. */
export function take(state: SubjectState, lane: Lane, task: WaitingTask): void {
  if (!takeIn(lane, task)) {
    state.counts.duplicate++;
    return;
  }
  restoreAttempts(state, lane, task);
  state.counts.taken++;
  state.waiting++;
  if (task.source === pendingSource) {
    state.rowsHeld++;
    state.rowsHeldBytes += task.end - task.start;
  }
  if (!lane.queued && !lane.run) enqueue(state, lane);
}

export function hello(state: SubjectState, worker: Hello, view: SubjectView): void {
  if (state.ended.has(worker.incarnation)) return;
  const before = state.workers.get(worker.worker);
  if (before && before.incarnation !== worker.incarnation) {
    workerGone(state, { ...before, worker: before.name, reason: 'it came back in another life' }, view);
  }
  state.awaited.delete(worker.worker);
  const runs = new Map<string, Lane>();
  for (const { id, key, first } of worker.runs) {
    const lane = laneOf(state, key);
    // A run of an earlier subject: its tasks come again from their sources; until it is reported its key is busy.
    lane.run ??= { id, worker: worker.worker, tasks: [], first, group: '', report: undefined };
    if (lane.run.id === id) runs.set(id, lane);
  }
  state.workers.set(worker.worker, {
    name: worker.worker,
    incarnation: worker.incarnation,
    credit: worker.credit,
    runs,
    own: new Map(),
  });
}

export interface GoneWorker {
  readonly worker: string;
  readonly incarnation: string;
  /** How its process ended. */
  readonly reason: string;
  /** It was told to end: its runs are leased again, and nobody is charged for it. */
  readonly expected?: boolean;
}

/** The supervisor's word: this worker's process has ended, nothing of it works any more. */
export function workerGone(state: SubjectState, gone: GoneWorker, view: SubjectView): void {
  const { worker: name, incarnation, reason, expected = false } = gone;
  state.ended.add(incarnation);
  const worker = state.workers.get(name);
  if (!worker) state.awaited.delete(name);
  if (worker?.incarnation !== incarnation) return;
  state.workers.delete(name);
  if (!expected) blame(state, worker, reason, view);
  // Also what it had reported: the result may have died in its socket. If not, the first of two results wins (R3).
  for (const lane of state.lanes.values()) {
    if (lane.run?.worker === name) finish(state, lane, fromJournal(lane.key, view));
  }
}

/** Nobody knows what it died of: what it had in hand is under suspicion. */
function blame(state: SubjectState, worker: WorkerState, reason: string, view: SubjectView): void {
  // The product's own runs are no company: nobody is let off because one of them was there. But one that is present at
  // two deaths is under suspicion like any other, and goes alone.
  const suspects = worker.runs.size > 0 ? worker.runs : worker.own;
  const alone = suspects.size === 1;
  for (const lane of [...worker.runs.values(), ...worker.own.values()]) lane.deaths++;
  for (const lane of suspects.values()) {
    // Only a run that was alone is charged: the others may have died of somebody else's poison (R9).
    if (alone && lane.run) {
      const failure = { worker: worker.name, code: 'worker.lost', message: `Its process ended: ${reason}.` };
      chargeTask(state, lane, lane.run.first, failure, view);
    }
  }
}

/** A worker's report: it works on this run no longer. */
export function reported(state: SubjectState, report: Report, view: SubjectView): void {
  const worker = state.workers.get(report.worker);
  const lane = worker?.runs.get(report.run) ?? worker?.own.get(report.run);
  if (!worker || !lane?.run || lane.run.id !== report.run) return;
  giveBack(worker, report.run);
  lane.run.report = { done: report.done, sentTo: report.sentTo, retryAfterMs: report.failure?.retryAfterMs };
  if (report.failure) {
    state.counts.handedBack++;
    const { code, message, task } = report.failure;
    chargeTask(state, lane, task, { worker: report.worker, code, message }, view);
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
  if (state.integrationManager !== integrationManager) sendAllCharges(state);
  state.integrationManager = integrationManager;
  for (const lane of state.lanes.values()) {
    const run = lane.run;
    if (!run?.report) continue;
    if (run.report.sentTo !== integrationManager || view.keyRow(lane.key)?.runs.includes(run.id)) {
      finish(state, lane, fromJournal(lane.key, view));
    }
  }
}

/** The run is over: what is settled is dropped, the rest waits again, in its place. */
function finish(state: SubjectState, lane: Lane, settled: Settled): void {
  const run = lane.run;
  if (!run) return;
  giveBack(state.workers.get(run.worker), run.id);
  const before = waitingCount(lane);
  const { settledTasks, settledRows, settledRowBytes } = endRun(lane, settled);
  forgetSettledCharges(state, lane.key, settled);
  state.rowsHeld -= settledRows;
  state.rowsHeldBytes -= settledRowBytes;
  state.waiting += waitingCount(lane) - before;
  state.counts.settled += settledTasks;
  if (settledTasks > 0) lane.deaths = 0;
  if (run.report?.retryAfterMs !== undefined) lane.blockedUntilMs = state.nowMs + run.report.retryAfterMs;
  releaseGroup(state, run.group);
  if (waitingCount(lane) > 0) enqueue(state, lane);
  else forgetIfIdle(state, lane);
}

function giveBack(worker: WorkerState | undefined, run: string): void {
  if (!worker?.runs.delete(run)) worker?.own.delete(run);
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

import { bodyOf } from '../model/envelope.ts';
import { PolarError } from '../model/errors.ts';
import { pinnedTo, pinnedWorker } from '../model/pinning.ts';
import { parkedRow } from './parking.ts';
import { type Call, type CallOutcome, type Finished, parkedNow, type WorkerRun } from './run-state.ts';
import { complete, deadLetter, discard, finish, isLarge, nextTask, recordOf, reject } from './task-end.ts';

export type { Emission } from './emission.ts';
export {
  type Body,
  type Call,
  type CallOutcome,
  createRun,
  type Ending,
  type Finished,
  type ParkedReader,
  parkedNow,
  type RunOptions,
  type WorkerRun,
} from './run-state.ts';
export type { WalkStep } from './walk-step.ts';

/*
 * One run in a worker as a pure state machine: it says what is to be called, is told what came of it, and ends
 * in one result and one report. A task's records, states and children enter the result only when the task is
 * through, so a task that fails halfway leaves nothing behind (R3).
 */

/** Walks on to the next call, or to the end of the run. */
export function advance(state: WorkerRun): Call | Finished {
  if (state.index < 0) nextTask(state);
  while (state.index < state.run.tasks.length && !state.failure && !isLarge(state)) {
    const step = state.steps[state.step];
    const pinned = pinnedWorker(state.task.group);
    if (pinned !== undefined && pinned !== state.worker) {
      complete(state, 'ended', `${pinned} has left`);
      continue;
    }
    if (step?.kind === 'call' || (step?.kind === 'spread' && pinned !== undefined)) {
      const { component, method } = step;
      return { type: 'call', component, method, task: state.task, body: state.body };
    }
    if (step === undefined || step.kind === 'done') {
      complete(state, 'completed', '');
      continue;
    }
    state.evidence.tookStep();
    if (step.kind === 'publish') publish(state, step.topic);
    else if (step.kind === 'park') park(state);
    else spread(state);
  }
  return finish(state);
}

/** What came of the call that `advance` asked for. */
export function conclude(state: WorkerRun, outcome: CallOutcome): void {
  state.evidence.stepped();
  switch (outcome.kind) {
    case 'passed':
      if (outcome.emissions.length > 0) state.emissions.push(...outcome.emissions);
      if (outcome.letters) state.letters = [...state.letters, ...outcome.letters];
      state.body = outcome.body;
      state.step++;
      return;
    case 'ended':
      state.emissions.push(...outcome.emissions);
      complete(state, 'ended', outcome.reason, outcome.endings);
      return;
    case 'rejected':
      deadLetter(state, outcome.code, outcome.message);
      return;
    case 'retry':
      discard(state);
      state.evidence.fail(outcome.code, outcome.message);
      state.failure = { code: outcome.code, message: outcome.message, retryAfterMs: outcome.retryAfterMs };
  }
}

/** The task waits for an answer: it is a row of its own from here on. */
function park(state: WorkerRun): void {
  const { task, steps, step } = state;
  try {
    const row = parkedRow(task, recordOf(state), steps.slice(step + 1), state.answerWithinMs);
    if (parkedNow(state, row.correlationId)) {
      throw new PolarError(
        'correlation.taken',
        `A task waits for an answer to "${row.correlationId}" already.`,
      );
    }
    complete(state, 'parked', row.correlationId, [], row);
  } catch (error) {
    reject(state, error);
  }
}

/** One task for each worker that lives now; each of them comes back to this very step, pinned to its worker. */
function spread(state: WorkerRun): void {
  const { task, steps, step } = state;
  try {
    const body = bodyOf(recordOf(state), 0);
    for (const worker of state.workers()) {
      const [key, group] = [`${task.key}-${worker}`, pinnedTo(worker)];
      state.emissions.push({
        flow: task.flow,
        key,
        subject: task.subject || task.key,
        group,
        body,
        step: steps.length - step,
      });
    }
    complete(state, 'completed', '');
  } catch (error) {
    reject(state, error);
  }
}

function publish(state: WorkerRun, topic: string): void {
  try {
    state.segments.add(topic, recordOf(state));
    state.step++;
  } catch (error) {
    reject(state, error);
  }
}

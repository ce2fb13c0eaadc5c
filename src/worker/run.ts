import { decodeEnvelope, type Envelope, maxRecordBytes, withBody } from '../model/envelope.ts';
import { codeOf, messageOf, PolarError } from '../model/errors.ts';
import {
  type Child,
  type DeadLetter,
  type Mark,
  pendingSource,
  type Result,
  type Run,
  type SettledRow,
} from '../model/run.ts';
import { childOf, type Emission } from './emission.ts';

import { createSegments, type SegmentBuilder } from './segments.ts';
import { createRunStates, type RunStates, type StateReader } from './states.ts';

export type { Emission } from './emission.ts';

/*
 * One run in a worker as a pure state machine: it says what is to be called, is told what came of it, and ends
 * in one result and one report. A task's records, states and children enter the result only when the task is
 * through, so a task that fails halfway leaves nothing behind (R3).
 */

/** The steps of a flow after its entry. */
export type WalkStep =
  | { readonly kind: 'call'; readonly component: string; readonly method: string }
  | { readonly kind: 'publish'; readonly topic: string }
  | { readonly kind: 'done' };

/** A body on its way through the steps: bytes until somebody needs the value. */
export type Body = { readonly bytes: Buffer } | { readonly value: unknown };

export interface Call {
  readonly type: 'call';
  readonly component: string;
  readonly method: string;
  readonly task: Envelope;
  /** Undefined for the task's own. */
  readonly body: Body | undefined;
}

export type CallOutcome =
  | { readonly kind: 'passed'; readonly body: Body | undefined; readonly emissions: readonly Emission[] }
  | { readonly kind: 'ended'; readonly reason: string; readonly emissions: readonly Emission[] }
  | { readonly kind: 'retry'; readonly code: string; readonly message: string; readonly retryAfterMs: number }
  | { readonly kind: 'rejected'; readonly code: string; readonly message: string };

export interface Finished {
  readonly type: 'finished';
  /** Undefined when no task came through. */
  readonly result: Result | undefined;
  readonly done: number;
  readonly failure:
    | { readonly code: string; readonly message: string; readonly retryAfterMs: number }
    | undefined;
}

export interface WorkerRun {
  readonly run: Run;
  readonly worker: string;
  readonly walk: (flow: string) => readonly WalkStep[] | undefined;
  readonly maxAttempts: number;
  readonly states: RunStates;
  readonly segments: SegmentBuilder;
  readonly marks: Map<string, { first: number; last: number; count: number }>;
  readonly rows: SettledRow[];
  readonly children: Child[];
  readonly deadLetters: DeadLetter[];
  /** Of children and dead letters. */
  extraBytes: number;
  task: Envelope;
  steps: readonly WalkStep[];
  /** Undefined while it is the task's own: nobody has looked at it, or only handed it on. */
  body: Body | undefined;
  index: number;
  step: number;
  emissions: Emission[];
  failure: Finished['failure'];
}

export interface RunOptions {
  readonly run: Run;
  readonly worker: string;
  readonly walk: (flow: string) => readonly WalkStep[] | undefined;
  readonly maxAttempts: number;
  /** Newest rows of the journal. */
  readonly reader: StateReader;
}

/** Stands before the first task. `advance` tells what to do. */
export function createRun({ run, worker, walk, maxAttempts, reader }: RunOptions): WorkerRun {
  const task = decodeEnvelope(run.tasks[0]!);
  return {
    run,
    worker,
    walk,
    maxAttempts,
    states: createRunStates(reader),
    segments: createSegments(),
    marks: new Map(),
    rows: [],
    children: [],
    extraBytes: 0,
    deadLetters: [],
    task,
    steps: [],
    body: undefined,
    index: -1,
    step: 0,
    emissions: [],
    failure: undefined,
  };
}

/** Walks on to the next call, or to the end of the run. */
export function advance(state: WorkerRun): Call | Finished {
  if (state.index < 0) nextTask(state);
  while (state.index < state.run.tasks.length && !state.failure && !isLarge(state)) {
    const step = state.steps[state.step];
    if (step?.kind === 'call') {
      const { component, method } = step;
      return { type: 'call', component, method, task: state.task, body: state.body };
    }
    if (step === undefined || step.kind === 'done') {
      complete(state, 'completed', '');
      continue;
    }
    if (step.kind === 'publish') publish(state, step.topic);
    else state.step++;
  }
  return finish(state);
}

/** What came of the call that `advance` asked for. */
export function conclude(state: WorkerRun, outcome: CallOutcome): void {
  switch (outcome.kind) {
    case 'passed':
      if (outcome.emissions.length > 0) state.emissions.push(...outcome.emissions);
      state.body = outcome.body;
      state.step++;
      return;
    case 'ended':
      state.emissions.push(...outcome.emissions);
      complete(state, 'ended', outcome.reason);
      return;
    case 'rejected':
      deadLetter(state, outcome.code, outcome.message);
      return;
    case 'retry':
      discard(state);
      state.failure = { code: outcome.code, message: outcome.message, retryAfterMs: outcome.retryAfterMs };
  }
}

function nextTask(state: WorkerRun): void {
  for (;;) {
    state.index++;
    const record = state.run.tasks[state.index];
    if (!record) return;
    state.task = decodeEnvelope(record);
    state.body = undefined;
    state.step = 0;
    state.emissions = [];
    const steps = state.walk(state.task.flow);
    if (!steps) {
      settleTask(state, 'dead-lettered', 'flow.unknown');
      state.deadLetters.push({ record, code: 'flow.unknown', message: `No flow "${state.task.flow}".` });
    } else if (state.task.attempt >= state.maxAttempts) {
      const message = `Failed or lost its worker ${state.task.attempt} times.`;
      settleTask(state, 'dead-lettered', 'action.failed');
      state.deadLetters.push({ record, code: 'action.failed', message });
    } else {
      state.steps = steps;
      return;
    }
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

function complete(state: WorkerRun, outcome: 'completed' | 'ended', reason: string): void {
  let children: Child[];
  try {
    children = state.emissions.map((emission, index) => childOf(state.task, emission, index));
  } catch (error) {
    reject(state, error);
    return;
  }
  state.states.keep();
  state.segments.keep();
  for (const child of children) {
    state.children.push(child);
    state.extraBytes += child.record.length;
  }
  settleTask(state, outcome, reason);
  nextTask(state);
}

/** One result is one message: past this a run ends, and what it has not begun is handed back without a fault. */
const resultLimitBytes = 4 * 1024 * 1024;

function isLarge({ states, segments, extraBytes }: WorkerRun): boolean {
  return states.sizeBytes + segments.sizeBytes + extraBytes > resultLimitBytes;
}

function reject(state: WorkerRun, error: unknown): void {
  deadLetter(state, codeOf(error) ?? 'action.failed', messageOf(error));
}

function deadLetter(state: WorkerRun, code: string, message: string): void {
  discard(state);
  const record = state.run.tasks[state.index]!;
  state.deadLetters.push({ record, code, message });
  state.extraBytes += record.length;
  settleTask(state, 'dead-lettered', code);
  nextTask(state);
}

function discard(state: WorkerRun): void {
  state.states.discard();
  state.segments.discard();
  state.emissions = [];
}

function settleTask(state: WorkerRun, outcome: SettledRow['outcome'], reason: string): void {
  const { source, number, id } = state.task;
  if (source === pendingSource) {
    state.rows.push({ order: number, id, outcome, reason });
    return;
  }
  const mark = state.marks.get(source);
  if (mark) {
    mark.last = number;
    mark.count++;
  } else {
    state.marks.set(source, { first: number, last: number, count: 1 });
  }
}

/**
 * The task's own record when no step changed its body: nothing is copied.
 * @throws body.not-data, body.too-large
 */
function recordOf({ run, index, body }: WorkerRun): Buffer {
  const own = run.tasks[index]!;
  if (!body) return own;
  const record = withBody(own, 0, bytesOf(body));
  if (record.length <= maxRecordBytes) return record;
  const message = `The body has ${record.length} bytes, ${maxRecordBytes} are allowed.`;
  throw new PolarError('body.too-large', message);
}

/** JSON text of a body. */
function bytesOf(body: Body): Buffer {
  if ('bytes' in body) return body.bytes;
  try {
    return Buffer.from(JSON.stringify(body.value ?? null));
  } catch (cause) {
    throw new PolarError('body.not-data', `What a step returned is not JSON: ${messageOf(cause)}`, { cause });
  }
}

function finish(state: WorkerRun): Finished {
  const done = state.index;
  const { run, worker, rows, children, deadLetters, failure } = state;
  if (done <= 0) return { type: 'finished', result: undefined, done: 0, failure };
  const marks: Mark[] = [...state.marks].map(([source, mark]) => ({ source, ...mark }));
  const result: Result = {
    run: run.id,
    key: run.key,
    worker,
    marks,
    rows,
    states: state.states.writes(),
    children,
    deadLetters,
    segments: state.segments.build(),
  };
  return { type: 'finished', result, done, failure };
}

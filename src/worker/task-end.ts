import { envelopeAt, maxRecordBytes, withBody } from '../model/envelope.ts';
import { codeOf, messageOf, PolarError } from '../model/errors.ts';
import {
  type Child,
  type Mark,
  type ParkedRow,
  pendingSource,
  type Result,
  type SettledRow,
  type Unpark,
} from '../model/run.ts';
import { childOf } from './emission.ts';
import { unparkOf } from './parking.ts';
import type { Body, Ending, Finished, WorkerRun } from './run-state.ts';

/*
 * How a task of a run ends, and the run with it: only what came through enters the result.
 */

export function nextTask(state: WorkerRun): void {
  for (;;) {
    state.index++;
    const record = state.run.tasks[state.index];
    if (!record) return;
    state.task = envelopeAt(record);
    state.body = undefined;
    if (state.emissions.length > 0) state.emissions = [];
    if (state.letters.length > 0) state.letters = [];
    const steps = state.walk(state.task.flow);
    const { attempt, flow, step } = state.task;
    const isKnown = steps !== undefined && step <= steps.length;
    // A task that was parked says how many steps are left, one from outside takes them all.
    state.step = isKnown && step > 0 ? steps.length - step : 0;
    state.evidence.begin(state.task, steps ?? [], state.step);
    if (!steps) {
      bury(state, 'flow.unknown', `No flow "${flow}".`);
    } else if (step > steps.length) {
      bury(state, 'flow.changed', `The flow "${flow}" has fewer steps than this task has left.`);
    } else if (attempt >= state.maxAttempts) {
      bury(state, 'action.failed', `Failed or lost its worker ${attempt} times.`);
    } else {
      state.steps = steps;
      return;
    }
  }
}

/** What the task produced enters the result. */
export function complete(
  state: WorkerRun,
  outcome: SettledRow['outcome'],
  reason: string,
  endings: readonly Ending[] = [],
  parked?: ParkedRow,
): void {
  // As nearly all tasks do: nothing but records and states.
  if (state.emissions.length + endings.length + state.letters.length === 0 && !parked) {
    state.states.keep();
    settleTask(state, outcome, reason, state.segments.keep());
    nextTask(state);
    return;
  }
  let children: Child[];
  let unparks: Unpark[];
  try {
    children = state.emissions.map((emission, index) => childOf(state.task, emission, index));
    unparks = endings.map((ending) => unparkOf(ending, state.walk));
  } catch (error) {
    reject(state, error);
    return;
  }
  state.letterOrders.push(...state.letters);
  state.states.keep();
  const records = state.segments.keep();
  for (const child of children) {
    state.children.push(child);
    state.extraBytes += child.record.length;
  }
  for (const [index, unpark] of unparks.entries()) {
    state.unparks.push(unpark);
    const { record } = endings[index]!.row;
    state.extraBytes += record.length;
  }
  if (parked) {
    state.parks.push(parked);
    state.extraBytes += parked.record.length;
  }
  settleTask(state, outcome, reason, records);
  for (const [index, { resumed, reason: code }] of unparks.entries()) {
    if (!resumed) addLetter(state, endings[index]!.row.record, code, endedBy[code] ?? '');
  }
  nextTask(state);
}

const endedBy: Readonly<Record<string, string>> = {
  'flow.timeout': 'No answer came before its deadline.',
  'flow.changed': 'The steps that it was to take with its answer are no longer the end of its flow.',
};

/** One result is one message: past this a run ends, and what it has not begun is handed back without a fault. */
const resultLimitBytes = 4 * 1024 * 1024;

export function isLarge({ states, segments, extraBytes }: WorkerRun): boolean {
  return states.sizeBytes + segments.sizeBytes + extraBytes > resultLimitBytes;
}

export function reject(state: WorkerRun, error: unknown): void {
  deadLetter(state, codeOf(error) ?? 'action.failed', messageOf(error));
}

export function deadLetter(state: WorkerRun, code: string, message: string): void {
  discard(state);
  bury(state, code, message);
  nextTask(state);
}

function bury(state: WorkerRun, code: string, message: string): void {
  const record = state.run.tasks[state.index]!;
  state.extraBytes += record.length;
  settleTask(state, 'dead-lettered', code, 0);
  addLetter(state, record, code, message);
}

/** With the evidence of the task that has just ended. */
function addLetter(state: WorkerRun, record: Buffer, code: string, message: string): void {
  const letter = { record, code, message, evidence: state.evidence.ofLastTask() };
  const isUntried = envelopeAt(record).attempt >= state.maxAttempts;
  state.deadLetters.push(isUntried ? { ...letter, isUntried } : letter);
}

export function discard(state: WorkerRun): void {
  state.states.discard();
  state.segments.discard();
  state.emissions = [];
  state.letters = [];
}

function settleTask(state: WorkerRun, outcome: SettledRow['outcome'], reason: string, records: number): void {
  state.evidence.end(outcome, reason, records);
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
export function recordOf({ run, index, body }: WorkerRun): Buffer {
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

export function finish(state: WorkerRun): Finished {
  const done = state.index;
  const { run, worker, rows, children, deadLetters, parks, unparks, letterOrders, failure } = state;
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
    parks,
    unparks,
    ...(letterOrders.length > 0 && { letterOrders }),
    segments: state.segments.build(),
    evidence: state.evidence.ofRun(),
  };
  return { type: 'finished', result, done, failure };
}

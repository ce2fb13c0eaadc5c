import { type Envelope, envelopeAt } from '../model/envelope.ts';
import type {
  Child,
  DeadLetter,
  LetterOrder,
  ParkedRow,
  Result,
  Run,
  SettledRow,
  Unpark,
} from '../model/run.ts';
import type { Emission } from './emission.ts';
import { EvidenceRecorder, type Witness } from './run-evidence.ts';
import { SegmentBuilder } from './segments.ts';
import { RunStates, type StateReader } from './states.ts';
import type { WalkStep } from './walk-step.ts';

/** A body on its way through the steps: bytes until somebody needs the value. */
export type Body = { readonly bytes: Buffer } | { readonly value: unknown };

/** How one finds out who waits. */
export type ParkedReader = (correlationId: string) => ParkedRow | undefined;

/** A method's word that a waiting is over. */
export interface Ending {
  readonly row: ParkedRow;
  /** JSON text; undefined when its time was over. */
  readonly answer: Buffer | undefined;
}

export interface Call {
  readonly type: 'call';
  readonly component: string;
  readonly method: string;
  readonly task: Envelope;
  /** Undefined for the task's own. */
  readonly body: Body | undefined;
}

export type CallOutcome =
  | {
      readonly kind: 'passed';
      readonly body: Body | undefined;
      readonly emissions: readonly Emission[];
      readonly letters?: readonly LetterOrder[];
    }
  | {
      readonly kind: 'ended';
      readonly reason: string;
      readonly emissions: readonly Emission[];
      readonly endings: readonly Ending[];
    }
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

/** Changed in place by `run.ts` and `task-end.ts`, and by nobody else. */
export interface WorkerRun extends Omit<RunOptions, 'reader' | 'witness'> {
  readonly worker: string;
  readonly states: RunStates;
  readonly segments: SegmentBuilder;
  readonly marks: Map<string, { first: number; last: number; count: number }>;
  readonly rows: SettledRow[];
  readonly children: Child[];
  readonly deadLetters: DeadLetter[];
  readonly parks: ParkedRow[];
  readonly unparks: Unpark[];
  readonly letterOrders: LetterOrder[];
  readonly evidence: EvidenceRecorder;
  /** Of children and dead letters. */
  extraBytes: number;
  task: Envelope;
  steps: readonly WalkStep[];
  /** Undefined while it is the task's own: nobody has looked at it, or only handed it on. */
  body: Body | undefined;
  index: number;
  step: number;
  emissions: Emission[];
  /** Of the task. */
  letters: readonly LetterOrder[];
  failure: Finished['failure'];
}

export interface RunOptions {
  readonly run: Run;
  readonly witness: Witness;
  readonly walk: (flow: string) => readonly WalkStep[] | undefined;
  readonly maxAttempts: number;
  /** Newest rows of the journal. */
  readonly reader: StateReader;
  readonly parked: ParkedReader;
  /** How long `@ASYNC` waits for a task without a deadline. */
  readonly answerWithinMs: number;
  /** Names of the workers that live now. */
  readonly workers: () => readonly string[];
}

/** Stands before the first task. `advance` tells what to do. */
export function createRun(options: RunOptions): WorkerRun {
  const { run, witness, walk, maxAttempts, reader, parked, answerWithinMs, workers } = options;
  const task = envelopeAt(run.tasks[0]!);
  return {
    run,
    worker: witness.worker,
    walk,
    maxAttempts,
    parked,
    answerWithinMs,
    workers,
    states: new RunStates(reader),
    segments: new SegmentBuilder(),
    marks: new Map(),
    rows: [],
    children: [],
    extraBytes: 0,
    deadLetters: [],
    parks: [],
    unparks: [],
    letterOrders: [],
    evidence: new EvidenceRecorder(witness),
    task,
    steps: [],
    body: undefined,
    index: -1,
    step: 0,
    emissions: [],
    letters: [],
    failure: undefined,
  };
}

/** Who waits, as of the tasks before this one in the run: what they ended is not yet in the journal. */
export function parkedNow(state: WorkerRun, correlationId: string): ParkedRow | undefined {
  if (state.unparks.some((unpark) => unpark.correlationId === correlationId)) return undefined;
  return state.parks.find((row) => row.correlationId === correlationId) ?? state.parked(correlationId);
}

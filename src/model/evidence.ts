/**
 * When, by whom and in how long a run was made: what its worker saw of it. It travels beside the run's result as bytes
 * that nobody decodes before somebody asks why (`evidence-bytes.ts`).
 */
export interface RunEvidence {
  readonly worker: string;
  readonly incarnation: string;
  /** Ms since the epoch. */
  readonly begun: number;
  /** By the monotonic clock, as are all durations. */
  readonly durationUs: number;
  readonly tasks: readonly TaskEvidence[];
  /** Tasks that were left out, because there were too many bytes: the last ones. */
  readonly omitted: number;
}

export interface TaskEvidence {
  readonly flow: WalkedFlow;
  /** Deliveries before this one. */
  readonly attempt: number;
  /** After the run's beginning. */
  readonly startedUs: number;
  readonly outcome: TaskOutcome;
  /** Why it ended: a flow's own reason, or an error's code. */
  readonly reason: string;
  /** How many records it gave to its result. They follow one another, task by task. */
  readonly records: number;
  /** Index of the first step that was walked in this run: not 0 for a task that had waited for an answer. */
  readonly firstStep: number;
  /** How long each step took from there on. The last one is where the task ended, unless it came through. */
  readonly stepsUs: readonly number[];
  /** Deliveries before this one that failed in the same life of the same worker. What others saw of it is not here. */
  readonly earlier: readonly FailedAttempt[];
}

export const taskOutcomes = ['completed', 'ended', 'dead-lettered', 'parked', 'handed-back'] as const;
export type TaskOutcome = (typeof taskOutcomes)[number];

/** A flow as it was walked: what it said, and what its mappings made of that. */
export interface WalkedFlow {
  readonly name: string;
  /** Empty when there was no such flow. */
  readonly revision: string;
  readonly steps: readonly WalkedStep[];
}

export const walkedKinds = ['call', 'spread', 'park', 'publish', 'done'] as const;

export interface WalkedStep {
  readonly kind: (typeof walkedKinds)[number];
  readonly text: string;
  /** `component.method`, or a topic. */
  readonly target: string;
}

export interface FailedAttempt {
  readonly attempt: number;
  /** Ms since the epoch. */
  readonly begun: number;
  readonly durationUs: number;
  /** Index of the step that failed. */
  readonly step: number;
  readonly code: string;
  readonly message: string;
}

/** Nothing is known of the run, or it is not worth keeping. */
export const noEvidence: Buffer = Buffer.alloc(0);

/** The task that gave the run's record number `index`, counted from 0. */
export function taskOfRecord(
  { tasks }: RunEvidence,
  index: number,
): { readonly task: TaskEvidence; readonly record: number } | undefined {
  let left = index;
  for (const task of tasks) {
    if (left < task.records) return { task, record: left };
    left -= task.records;
  }
  return undefined;
}

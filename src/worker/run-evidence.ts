import type { Envelope } from '../model/envelope.ts';
import { type FailedAttempt, noEvidence, type TaskEvidence, type TaskOutcome } from '../model/evidence.ts';
import { encodeEvidence } from '../model/evidence-bytes.ts';
import { nameOf } from './emission.ts';
import type { FailedAttempts } from './failed-attempts.ts';
import type { WalkStep } from './walk-step.ts';
import { walkedFlowOf } from './walks.ts';

/** What a worker needs to say when, by whom and in how long. */
export interface Witness {
  readonly worker: string;
  readonly incarnation: string;
  /** Ms since the epoch. */
  readonly now: () => number;
  /** Ms, monotonic, with fractions. */
  readonly elapsed: () => number;
  readonly failed: FailedAttempts;
}

const noAttempts: readonly FailedAttempt[] = [];

/** Notes how the tasks of one run went, as they go. Nothing here decides anything. */
export class EvidenceRecorder {
  readonly #witness: Witness;
  readonly #begun: number;
  readonly #start: number;
  readonly #tasks: TaskEvidence[] = [];
  #task: Envelope | undefined;
  #steps: readonly WalkStep[] = [];
  #firstStep = 0;
  #startedUs = 0;
  #lastUs = 0;
  #passedUs = 0;
  #stepsUs: number[] = [];
  #hasRecords = false;

  constructor(witness: Witness) {
    this.#witness = witness;
    this.#begun = witness.now();
    this.#start = witness.elapsed();
  }

  /** A task begins, where the last one ended. */
  begin(task: Envelope, steps: readonly WalkStep[], firstStep: number): void {
    this.#task = task;
    this.#steps = steps;
    this.#firstStep = firstStep;
    this.#startedUs = this.#passedUs;
    this.#lastUs = this.#passedUs;
    this.#stepsUs = [];
  }

  /** A step's method is over. */
  stepped(): void {
    this.#passedUs = Math.max(this.#passedUs, Math.round((this.#witness.elapsed() - this.#start) * 1000));
    this.#stepsUs.push(this.#passedUs - this.#lastUs);
    this.#lastUs = this.#passedUs;
  }

  /** A step is taken that calls nothing, and takes no time. */
  tookStep(): void {
    this.#stepsUs.push(0);
  }

  /** The task is over, and gave so many records. */
  end(outcome: TaskOutcome, reason: string, records: number): void {
    if (records > 0) this.#hasRecords = true;
    const task = this.#push(outcome, reason, records);
    if (task.attempt > 0) this.#witness.failed.forget(nameOf(task));
  }

  /** The task is to be delivered again. */
  fail(code: string, message: string): void {
    const task = this.#push('handed-back', code, 0);
    this.#witness.failed.add(nameOf(task), {
      attempt: task.attempt,
      begun: this.#begun + Math.round(this.#startedUs / 1000),
      durationUs: this.#passedUs - this.#startedUs,
      step: this.#firstStep + Math.max(0, this.#stepsUs.length - 1),
      code,
      message,
    });
  }

  /** Of the whole run, as bytes. A run that published nothing leaves nothing that could be asked about. */
  ofRun(): Buffer {
    return this.#hasRecords ? this.#encoded(this.#tasks) : noEvidence;
  }

  /** Of the task that ended last, as bytes. */
  ofLastTask(): Buffer {
    return this.#encoded(this.#tasks.slice(-1));
  }

  #push(outcome: TaskOutcome, reason: string, records: number): Envelope {
    const task = this.#task;
    if (!task) throw new Error('A task ended that had not begun.');
    const { flow, attempt } = task;
    this.#tasks.push({
      flow: walkedFlowOf(flow, this.#steps),
      attempt,
      startedUs: this.#startedUs,
      outcome,
      reason,
      records,
      firstStep: this.#firstStep,
      stepsUs: this.#stepsUs,
      // The first delivery, as nearly all are, has nothing before it.
      earlier: attempt === 0 ? noAttempts : this.#witness.failed.of(nameOf(task)),
    });
    return task;
  }

  #encoded(tasks: readonly TaskEvidence[]): Buffer {
    const { worker, incarnation } = this.#witness;
    return encodeEvidence({ worker, incarnation, begun: this.#begun, durationUs: this.#passedUs, tasks });
  }
}

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

/** Notes how the tasks of one run went, as they go. Nothing here decides anything. */
export interface EvidenceRecorder {
  /** A task begins, where the last one ended. */
  begin(task: Envelope, steps: readonly WalkStep[], firstStep: number): void;
  /** A step's method is over. */
  stepped(): void;
  /** A step is taken that calls nothing, and takes no time. */
  tookStep(): void;
  /** The task is over, and gave so many records. */
  end(outcome: TaskOutcome, reason: string, records: number): void;
  /** The task is to be delivered again. */
  fail(code: string, message: string): void;
  /** Of the whole run, as bytes. */
  ofRun(): Buffer;
  /** Of the task that ended last, as bytes. */
  ofLastTask(): Buffer;
}

const noAttempts: readonly FailedAttempt[] = [];

export function createEvidenceRecorder({
  worker,
  incarnation,
  now,
  elapsed,
  failed,
}: Witness): EvidenceRecorder {
  const begun = now();
  const start = elapsed();
  const tasks: TaskEvidence[] = [];
  let task: Envelope;
  let steps: readonly WalkStep[] = [];
  let [firstStep, startedUs, lastUs, passedUs] = [0, 0, 0, 0];
  let stepsUs: number[] = [];

  const clock = () => {
    passedUs = Math.max(passedUs, Math.round((elapsed() - start) * 1000));
    return passedUs;
  };
  const encoded = (some: readonly TaskEvidence[]) =>
    encodeEvidence({ worker, incarnation, begun, durationUs: passedUs, tasks: some });
  const push = (outcome: TaskOutcome, reason: string, records: number) => {
    const { flow, attempt } = task;
    // The first delivery, as nearly all are, has nothing before it.
    const earlier = attempt === 0 ? noAttempts : failed.of(nameOf(task));
    const walked = walkedFlowOf(flow, steps);
    tasks.push({ flow: walked, attempt, startedUs, outcome, reason, records, firstStep, stepsUs, earlier });
  };

  return {
    begin(next, ofFlow, first) {
      task = next;
      steps = ofFlow;
      firstStep = first;
      startedUs = passedUs;
      lastUs = passedUs;
      stepsUs = [];
    },
    stepped() {
      const at = clock();
      stepsUs.push(at - lastUs);
      lastUs = at;
    },
    tookStep() {
      stepsUs.push(0);
    },
    end(outcome, reason, records) {
      push(outcome, reason, records);
      if (task.attempt > 0) failed.forget(nameOf(task));
    },
    fail(code, message) {
      push('handed-back', code, 0);
      const step = firstStep + Math.max(0, stepsUs.length - 1);
      failed.add(nameOf(task), {
        attempt: task.attempt,
        begun: begun + Math.round(startedUs / 1000),
        durationUs: passedUs - startedUs,
        ...{ step, code, message },
      });
    },
    // A run that published nothing leaves nothing that could be asked about.
    ofRun: () => (tasks.some(({ records }) => records > 0) ? encoded(tasks) : noEvidence),
    ofLastTask: () => encoded(tasks.slice(-1)),
  };
}

import type { JournalReader } from '../journal/journal.ts';
import {
  type RunEvidence,
  type TaskEvidence,
  type TaskOutcome,
  taskOfRecord,
  type WalkedStep,
} from '../model/evidence.ts';
import { decodeEvidence } from '../model/evidence-bytes.ts';
import { isoText } from './time-text.ts';

/** When, by whom and in how long a task was handled, as its worker saw it. */
export interface RunStory {
  readonly worker: string;
  /** One life of the worker. */
  readonly incarnation: string;
  /** When this task was begun. Its run may have begun earlier, with others of its key. */
  readonly begun: string;
  readonly durationMs: number;
  /** Deliveries, this one included. */
  readonly attempt: number;
  readonly outcome: TaskOutcome;
  readonly reason: string | null;
  /** `revision` is null when there was no such flow. */
  readonly flow: { readonly name: string; readonly revision: string | null };
  /** Those that were walked in this run: of a task that had waited for an answer the ones after that. */
  readonly steps: readonly StepStory[];
  /** Every delivery before this one; what is null is not known. */
  readonly earlier: readonly EarlierStory[];
}

export interface StepStory {
  readonly text: string;
  /** `component.method`, or where it published. */
  readonly does: string;
  readonly verdict: 'passed' | 'published' | 'waits' | 'ended' | 'failed';
  readonly durationMs: number;
  /** It published the event that was asked about. */
  readonly isThis: boolean;
}

export interface EarlierStory {
  readonly attempt: number;
  readonly failure: {
    readonly begun: string;
    readonly durationMs: number;
    readonly step: string;
    readonly code: string;
    readonly message: string;
  } | null;
}

/** Of the task that wrote the sequence; undefined when the journal does not keep it. @throws journal.corrupt */
export function runOfEvent(
  reader: Pick<JournalReader, 'evidenceOf'>,
  sequence: number,
): RunStory | undefined {
  const found = reader.evidenceOf(sequence);
  const run = found && decodeEvidence(found.bytes);
  const of = run && taskOfRecord(run, sequence - found.first);
  return run && of && storyOf(run, of.task, of.record);
}

/** Of a dead letter, which carries its evidence with it. @throws journal.corrupt */
export function runOfLetter(evidence: Buffer | undefined): RunStory | undefined {
  const run = evidence && decodeEvidence(evidence);
  const task = run?.tasks[0];
  return run && task && storyOf(run, task, -1);
}

function storyOf(run: RunEvidence, task: TaskEvidence, record: number): RunStory {
  const { flow, outcome, reason, attempt, stepsUs, firstStep } = task;
  let published = 0;
  const steps = stepsUs.map((us, index): StepStory => {
    const step = flow.steps[firstStep + index];
    const isLast = index === stepsUs.length - 1;
    return {
      text: step?.text ?? '',
      does: step ? doesText(step) : '',
      verdict: verdictOf(step, isLast ? outcome : 'completed'),
      durationMs: us / 1000,
      isThis: step?.kind === 'publish' && published++ === record,
    };
  });
  return {
    worker: run.worker,
    incarnation: run.incarnation,
    begun: isoText(run.begun + task.startedUs / 1000),
    durationMs: stepsUs.reduce((sum, us) => sum + us, 0) / 1000,
    attempt: attempt + 1,
    outcome,
    reason: reason || null,
    flow: { name: flow.name, revision: flow.revision || null },
    steps,
    earlier: Array.from({ length: attempt }, (_, index) => earlierStory(task, index)),
  };
}

function verdictOf(step: WalkedStep | undefined, outcome: TaskOutcome): StepStory['verdict'] {
  if (outcome === 'dead-lettered' || outcome === 'handed-back') return 'failed';
  if (step?.kind === 'park') return 'waits';
  if (step?.kind === 'publish') return 'published';
  return outcome === 'ended' ? 'ended' : 'passed';
}

function doesText({ kind, target }: WalkedStep): string {
  if (kind === 'publish') return `publishes on ${target}`;
  if (kind === 'park') return 'waits for an answer';
  return kind === 'spread' ? `${target}, on every worker` : target;
}

function earlierStory({ earlier, flow }: TaskEvidence, index: number): EarlierStory {
  const known = earlier.find(({ attempt }) => attempt === index);
  if (!known) return { attempt: index + 1, failure: null };
  const { begun, durationUs, step, code, message } = known;
  return {
    attempt: index + 1,
    failure: {
      begun: isoText(begun),
      durationMs: durationUs / 1000,
      step: flow.steps[step]?.text ?? '',
      code,
      message,
    },
  };
}

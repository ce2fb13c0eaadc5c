import { createHash } from 'node:crypto';
import { codeOf } from '../../model/errors.ts';
import type { PushAnswer } from '../gateway-call.ts';
import type { Recorded, RecordingHead } from './recording.ts';

/** What became of the events of a recording. */
export interface ReplayCounts {
  readonly events: number;
  /** Accepted, and not waited for. */
  readonly accepted: number;
  readonly completed: number;
  readonly ended: number;
  readonly deadLettered: number;
  /** Accepted, and not settled in time. */
  readonly unsettled: number;
  /** Of all these, how many the node knew already: they were pushed before, and nothing was done again. */
  readonly known: number;
}

/**
 * The id under which a recorded event is pushed: the same for the same event, body and flow, so that a recording that is
 * pushed again does nothing twice.
 */
export function replayId(flow: string, { journal }: RecordingHead, { sequence, body }: Recorded): string {
  const digest = createHash('sha256').update(`${flow}\n${body}`).digest('hex').slice(0, 12);
  return `replay-${journal}-${sequence}-${digest}`;
}

/** Whether the node may take it later: it is full, stops, or is between two lives. */
export function isPassing(error: unknown): boolean {
  return [
    'intake.full',
    'intake.unconfirmed',
    'journal.full',
    'control.refused',
    'node.not-running',
  ].includes(codeOf(error) ?? '');
}

/** As long as nothing is taken: 0.1 s at first, then twice as long each time, up to 2 s. */
export function pauseMs(refusals: number): number {
  return Math.min(2000, 100 * 2 ** Math.min(refusals, 10));
}

export function createReplayTally() {
  const counts = { accepted: 0, completed: 0, ended: 0, deadLettered: 0, unsettled: 0, known: 0 };
  return {
    /** `isAwaited`: the answer says what came of it, if that was known in time. */
    add(answer: PushAnswer, isAwaited: boolean, isKnown: boolean) {
      if (isKnown) counts.known++;
      if (answer.state === 'accepted') counts[isAwaited ? 'unsettled' : 'accepted']++;
      else counts[answer.outcome === 'dead-lettered' ? 'deadLettered' : answer.outcome]++;
    },
    counts(): ReplayCounts {
      const { accepted, completed, ended, deadLettered, unsettled } = counts;
      return { events: accepted + completed + ended + deadLettered + unsettled, ...counts };
    },
  };
}

/** `120 of 300 events · 118 completed · 2 dead-lettered · 40 known already` */
export function replayText(counts: ReplayCounts, of: number): string {
  const { events, accepted, completed, ended, deadLettered, unsettled, known } = counts;
  const parts = [
    `${events} of ${of} events`,
    accepted > 0 && `${accepted} accepted`,
    completed > 0 && `${completed} completed`,
    ended > 0 && `${ended} ended early`,
    deadLettered > 0 && `${deadLettered} dead-lettered`,
    unsettled > 0 && `${unsettled} not settled yet`,
    known > 0 && `${known} known already`,
  ];
  return parts.filter((part) => part !== false).join(' · ');
}

import { type Attesting, addCounts, closePeriod, countsBetween } from './attestation.ts';
import type { AttestedEvent } from './event.ts';
import type { PolicyStamp, Target } from './policy.ts';
import type { TargetNotice } from './target-notice.ts';
import type { TargetState } from './target-state.ts';
import { countPassed, type Passed } from './tick-coverage.ts';

/*
 * Periods of looking and the lives of the node. No period reaches over the end of a life: what the node did not look
 * at while it did not run is a period of its own, so that no gap of a stop is told as one of a running node.
 *
 *   ── looks ──┤ stop            ├── looks ──╳ ·······├── looks ──
 *      `stop`  │     `start`     │   `crash` │ `start` │
 */

/** The life that has to do with the target now. */
export interface NodeLife {
  /** When it began, ms since the epoch; no two lives began at once. */
  readonly startedAt: number;
  readonly target: Target;
  /** The set in force. */
  readonly policy: PolicyStamp;
}

export interface Entered {
  readonly state: TargetState;
  /** Oldest first: at most the end of the life before, and the time that nobody ran. */
  readonly attested: readonly AttestedEvent[];
}

/** True when the row is of another life of the node. One that is retired waits for no life. */
export function isOfAnotherLife({ life, retired }: TargetState, startedAt: number): boolean {
  return life !== startedAt && retired === null;
}

/** How the life before ended nobody knows, but after a stop: what is certain ends with the last look. */
export function endOfLife({ period, seenAt, stoppedAt }: TargetState): number {
  return period ? seenAt : (stoppedAt ?? seenAt);
}

/** What passed before the end of a life lies in the period that it leaves open. */
export function countBeforeEnd(previous: TargetState, passed: Passed, skipped = 0): TargetState {
  const coverage = countPassed(previous, passed, skipped);
  const { period } = previous;
  const counts = countsBetween(previous, coverage);
  return { ...previous, ...coverage, period: period && { ...period, ...addCounts(period, counts) } };
}

/**
 * The first that a new life has to do with a target: the period of the life before is closed, unless its stop has done
 * so; then the time until the start, in which `passed` was due; and a period of this life is open.
 */
export function enterLife(
  previous: TargetState,
  { startedAt, target, policy }: NodeLife,
  passed: Passed,
): Entered {
  const from = endOfLife(previous);
  const { row: ended, event: end } = closePeriod(previous, target, { time: from, reason: 'crash' });
  const coverage = countPassed(previous, passed);
  const away: Attesting = {
    seenAt: from,
    attested: ended.attested,
    period: {
      from,
      longestGapMs: 0,
      policy: previous.period?.policy ?? previous.policy,
      ...countsBetween(previous, coverage),
    },
  };
  // The wall clock may have been set back meanwhile.
  const time = Math.max(from, startedAt);
  const { row, event: absence } = closePeriod(away, target, { time, reason: 'start' });
  const none = { due: 0, made: 0, missed: 0, skipped: 0 };
  const state: TargetState = {
    ...previous,
    ...coverage,
    ...row,
    period: { from: time, longestGapMs: 0, policy, ...none },
    life: startedAt,
    stoppedAt: null,
  };
  return { state, attested: [end, absence].filter((event) => event !== undefined) };
}

/** Word that the node stops. */
export interface StopNotice extends TargetNotice {
  /** Due times since the last tick sent that were left out because that one was not settled yet. */
  readonly skipped: number;
}

export type StopOutcome =
  | { readonly state: TargetState; readonly event: AttestedEvent }
  | { readonly state: TargetState | undefined; readonly event: undefined; readonly reason: string };

/** The node looks no more, and says so: the period ends with what was due until now. */
export function stop(previous: TargetState | undefined, notice: StopNotice, passed: Passed): StopOutcome {
  if (!previous) return { state: undefined, event: undefined, reason: 'never observed' };
  if (!previous.period) {
    const reason = previous.retired ? 'retired' : 'stopped already';
    return { state: previous, event: undefined, reason };
  }
  const counted = countBeforeEnd(previous, passed, notice.skipped);
  // A look that had not ended when the stop was begun has ended since.
  const time = Math.max(notice.time, previous.seenAt);
  const { row, event } = closePeriod(counted, notice.target, { time, reason: 'stop' });
  if (!event) throw new Error('An open period ends in an event.');
  return { state: { ...counted, ...row, stoppedAt: time }, event };
}

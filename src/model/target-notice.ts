import { closePeriod } from './attestation.ts';
import type { PolicyStamp, Target } from './policy.ts';
import { targetEvent } from './target-event.ts';
import type { Reconciliation, TargetState } from './target-state.ts';

/** Word about a target that is no observation. */
export interface TargetNotice {
  /** As it is, or was last, in the policy. */
  readonly target: Target;
  /** The set that the word is from, and its tasking's serial number. */
  readonly policy: PolicyStamp;
  readonly serial: number;
  /** When it was given, ms since the epoch. */
  readonly time: number;
}

/** Nothing is written of a target that nothing is known of. */
export type NoticeOutcome =
  | Reconciliation
  | {
      readonly state: undefined;
      readonly attested?: undefined;
      readonly event: undefined;
      readonly reason: string;
    };

/**
 * The target is not in the policy any more. What is known of it stays, marked; nothing is said of one that was never
 * looked at, for it has no history that could end.
 */
export function retire(previous: TargetState | undefined, notice: TargetNotice): NoticeOutcome {
  if (!previous) return { state: undefined, event: undefined, reason: 'never observed' };
  if (previous.retired) return { state: previous, event: undefined, reason: 'retired already' };
  // A later set has it again and was faster.
  if (previous.serial > notice.serial) return { state: previous, event: undefined, reason: 'back already' };
  const { time, serial } = notice;
  const { row, event: attested } = closePeriod(previous, notice.target, { time, reason: 'retired' });
  const state: TargetState = {
    ...previous,
    changedAt: time,
    candidate: null,
    staleSince: null,
    retired: { time, serial },
    // What is not due while it is away is not missed.
    lastDue: null,
    ...row,
  };
  const event = targetEvent('polar.observation.retired', notice, previous, previous.facts);
  return { state, attested, event };
}

/** Nobody seems to have looked for longer than `max_age`: said once, until somebody looks again. */
export function age(previous: TargetState | undefined, notice: TargetNotice): NoticeOutcome {
  if (!previous) return { state: undefined, event: undefined, reason: 'never observed' };
  const silence = (reason: string) => ({ state: previous, event: undefined, reason }) as const;
  const { target, time } = notice;
  if (previous.retired) return silence('retired');
  if (previous.staleSince !== null) return silence('stale already');
  const ageMs = time - previous.seenAt;
  if (target.maxAgeMs === undefined || ageMs <= target.maxAgeMs) return silence('seen');
  const state: TargetState = {
    ...previous,
    changedAt: time,
    candidate: null,
    staleSince: time,
    notOkSince: previous.notOkSince ?? time,
  };
  return {
    state,
    event: targetEvent('polar.observation.stale', notice, previous, previous.facts, { ageMs }),
  };
}

import type { ObservationEvent, ObservationEventData, ObservationEventType } from './event.ts';
import { changedNames, patchOf } from './json-patch.ts';
import type { Facts, Outcome, Verdict } from './observation.ts';
import type { PolicyStamp, Target } from './policy.ts';

/** What is known of a target when something is said about it. */
export interface Knowledge {
  readonly resource: string;
  readonly outcome: Outcome;
  readonly verdict: Verdict;
  readonly facts: Facts;
}

/** An event about a target: what is known now, what it was before, and what the policy says of it. */
export function targetEvent(
  type: ObservationEventType,
  { target, policy }: { readonly target: Target; readonly policy: PolicyStamp },
  { resource, outcome, verdict, facts }: Knowledge,
  before: Facts | null,
  more: Partial<ObservationEventData> = {},
): ObservationEvent {
  return {
    type,
    policy,
    data: {
      target: target.name,
      resource,
      outcome,
      verdict,
      changed: changedNames(before ?? {}, facts),
      facts,
      before,
      patch: patchOf(before, facts),
      measures: {},
      because: target.because ?? null,
      owner: target.owner ?? null,
      severity: target.severity ?? null,
      runbook: target.runbook ?? null,
      labels: target.labels,
      ...more,
    },
  };
}

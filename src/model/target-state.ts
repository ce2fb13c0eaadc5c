import type { ObservationEvent, ObservationEventType } from './event.ts';
import { changedNames, patchOf } from './json-patch.ts';
import type { Facts, Observation, Outcome, Verdict } from './observation.ts';
import type { PolicyStamp, Target } from './policy.ts';
import type { Tick } from './tick.ts';
import { type Coverage, countTick, noCoverage } from './tick-coverage.ts';
import { judge } from './verdict.ts';

/** What is known of one target: the State Manager's row. Times are ms since the epoch. */
export interface TargetState extends Coverage {
  readonly target: Pick<Target, 'name' | 'kind' | 'domain'> & {
    readonly owner: string | null;
    readonly severity: string | null;
  };
  readonly resource: string;
  /** Under which the last observation was made. */
  readonly policy: PolicyStamp;
  /** While unreachable, the facts that were true last. */
  readonly facts: Facts;
  readonly outcome: Outcome;
  readonly verdict: Verdict;
  /** When the present state of the verdict began. */
  readonly since: number;
  /** When it ceased to be ok; null while it is. */
  readonly notOkSince: number | null;
  /** When the last event was made. */
  readonly changedAt: number;
  /** When it was looked at last, whatever the outcome. */
  readonly seenAt: number;
}

export interface Reconciliation {
  readonly state: TargetState;
  /** Undefined when nothing changed that anyone should hear of. */
  readonly event: ObservationEvent | undefined;
}

/** Compares what was seen with what was known: at most one event per observation, of the gravest type. */
export function reconcile(
  previous: TargetState | undefined,
  { tick, observation }: { readonly tick: Tick; readonly observation: Observation },
): Reconciliation {
  const { target } = tick;
  const verdict = judge(target.expectations, observation);
  const known = previous?.facts ?? {};
  const facts = observation.outcome.kind === 'unreachable' ? known : observation.facts;
  const changed = changedNames(known, facts);
  const type = eventTypeOf(previous, observation.outcome, verdict, changed.length > 0);
  const time = observation.time;
  const isSameVerdict = previous?.verdict.state === verdict.state;

  const state: TargetState = {
    target: {
      name: target.name,
      kind: target.kind,
      domain: target.domain,
      owner: target.owner ?? null,
      severity: target.severity ?? null,
    },
    resource: observation.resource,
    policy: tick.policy,
    facts,
    outcome: observation.outcome,
    verdict,
    since: previous && isSameVerdict ? previous.since : time,
    notOkSince: verdict.state === 'ok' ? null : (previous?.notOkSince ?? time),
    changedAt: type ? time : (previous?.changedAt ?? time),
    seenAt: time,
    ...countTick(previous ?? noCoverage, tick),
  };
  if (!type) return { state, event: undefined };

  const before = previous ? previous.facts : null;
  const event: ObservationEvent = {
    type,
    policy: tick.policy,
    data: {
      target: target.name,
      resource: observation.resource,
      outcome: observation.outcome,
      verdict,
      changed,
      facts,
      before,
      patch: patchOf(before, facts),
      measures: observation.measures,
      because: target.because ?? null,
      owner: target.owner ?? null,
      severity: target.severity ?? null,
      runbook: target.runbook ?? null,
      labels: target.labels,
      // The wall clock may have been set back meanwhile.
      ...(type === 'polar.observation.recovered' && {
        afterMs: Math.max(0, time - (previous?.notOkSince ?? time)),
      }),
    },
  };
  return { state, event };
}

/**
 * | was         | is ok                 | is violated           | is unreachable            |
 * |-------------|-----------------------|-----------------------|---------------------------|
 * | nothing     | first                 | violated              | unreachable               |
 * | ok          | changed, if facts are | violated              | unreachable               |
 * | violated    | recovered             | changed, if facts are | unreachable               |
 * | unreachable | recovered             | violated              | changed, if the reason is |
 */
function eventTypeOf(
  previous: TargetState | undefined,
  outcome: Outcome,
  { state: is }: Verdict,
  factsChanged: boolean,
): ObservationEventType | undefined {
  const was = previous?.verdict.state;
  if (is !== was) {
    if (is !== 'ok') return `polar.observation.${is}`;
    return was === undefined ? 'polar.observation.first' : 'polar.observation.recovered';
  }
  const hasChanged = is === 'unreachable' ? reasonOf(previous?.outcome) !== reasonOf(outcome) : factsChanged;
  return hasChanged ? 'polar.observation.changed' : undefined;
}

function reasonOf(outcome: Outcome | undefined): string | undefined {
  return outcome?.kind === 'unreachable' ? outcome.reason : undefined;
}

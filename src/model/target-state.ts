import { type Attesting, attestLook, countsBetween } from './attestation.ts';
import { type Candidate, weigh } from './belief.ts';
import type { AttestedEvent, ObservationEvent, ObservationEventType } from './event.ts';
import { changedNames } from './json-patch.ts';
import type { Facts, Observation, Outcome, Verdict } from './observation.ts';
import type { PolicyStamp, Target } from './policy.ts';
import { targetEvent } from './target-event.ts';
import type { Tick } from './tick.ts';
import { type Coverage, countTick, noCoverage } from './tick-coverage.ts';
import { judge } from './verdict.ts';

/** What is known of one target: the State Manager's row. Times are ms since the epoch. */
export interface TargetState extends Coverage, Attesting {
  readonly target: Pick<Target, 'name' | 'kind' | 'domain'> & {
    readonly owner: string | null;
    readonly severity: string | null;
  };
  readonly resource: string;
  /** Under which the last observation was made, and its tasking's serial number. */
  readonly policy: PolicyStamp;
  readonly serial: number;
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
  /** The node's life that looked last: when it began. */
  readonly life: number;
  /** When the node was stopped in an orderly way; null since it looks again. */
  readonly stoppedAt: number | null;
  /** What differs and is not believed yet; null when nothing does. */
  readonly candidate: Candidate | null;
  /** When it was found that nobody had looked for longer than `max_age`; null while somebody does. */
  readonly staleSince: number | null;
  /** When, and by which tasking, it left the policy; null while it is in it. What is known stays. */
  readonly retired: { readonly time: number; readonly serial: number } | null;
}

/** What became of the row, and what is to be said of it; where nothing is, why not. */
export type Reconciliation = {
  readonly state: TargetState;
  /** Of a period that was closed; said beside the event, if there is one. */
  readonly attested?: AttestedEvent | undefined;
} & ({ readonly event: ObservationEvent } | { readonly event: undefined; readonly reason: string });

/**
 * Compares what was seen with what was known: at most one event per observation, of the gravest type. `cronBetween`
 * is for `countTick`; `life` is the node's, which was entered before (node-life.ts).
 */
export function reconcile(
  previous: TargetState | undefined,
  { tick, observation }: { readonly tick: Tick; readonly observation: Observation },
  { cronBetween = 0, life = 0 } = {},
): Reconciliation {
  const { target } = tick;
  // Ordered before it left the policy, and late.
  if (previous?.retired && tick.serial <= previous.retired.serial) {
    return { state: previous, event: undefined, reason: 'retired' };
  }
  // One that comes back begins anew: nobody looked in between.
  const known = previous?.retired ? undefined : previous;
  const verdict = judge(target.expectations, observation);
  const knownFacts = known?.facts ?? {};
  const isAway = observation.outcome.kind === 'unreachable';
  const facts = isAway ? knownFacts : observation.facts;
  const { outcome, resource, time, measures } = observation;
  const seen = { outcome, verdict, facts, resource };

  const coverage = countTick(previous ?? noCoverage, tick, cronBetween);
  const { row: attesting, event: attested } = attestLook(previous, {
    target,
    policy: tick.policy,
    time,
    counts: countsBetween(previous ?? noCoverage, coverage),
  });
  const looked: Omit<TargetState, keyof typeof seen | 'since' | 'notOkSince' | 'changedAt' | 'candidate'> = {
    target: {
      name: target.name,
      kind: target.kind,
      domain: target.domain,
      owner: target.owner ?? null,
      severity: target.severity ?? null,
    },
    policy: tick.policy,
    serial: tick.serial,
    seenAt: time,
    life,
    stoppedAt: null,
    staleSince: null,
    retired: null,
    ...coverage,
    ...attesting,
  };
  // What was stale is believed at once, as what is new is: there is nothing recent that it could contradict.
  const fresh = known && known.staleSince === null ? known : undefined;
  const belief = fresh && weigh(fresh, fresh.candidate, seen, { confirm: target.confirm, time });
  if (fresh && belief?.kind === 'unconfirmed') {
    const state = { ...fresh, ...looked, candidate: belief.candidate };
    return { state, attested, event: undefined, reason: 'unconfirmed' };
  }

  const type = eventTypeOf(known, outcome, verdict, changedNames(knownFacts, facts).length > 0);
  const begun = belief?.kind === 'believed' ? belief.since : time;
  const isSameVerdict = fresh?.verdict.state === verdict.state;
  const state: TargetState = {
    ...looked,
    ...seen,
    since: fresh && isSameVerdict ? fresh.since : begun,
    notOkSince: verdict.state === 'ok' ? null : (known?.notOkSince ?? begun),
    changedAt: type ? time : (known?.changedAt ?? time),
    candidate: null,
  };
  if (!type) return { state, attested, event: undefined, reason: 'unchanged' };

  const event = targetEvent(type, tick, seen, known ? known.facts : null, {
    measures,
    // The wall clock may have been set back meanwhile.
    ...(type === 'polar.observation.recovered' && {
      afterMs: Math.max(0, begun - (known?.notOkSince ?? begun)),
    }),
  });
  return { state, attested, event };
}

/**
 * | was         | is ok                 | is violated           | is unreachable            |
 * |-------------|-----------------------|-----------------------|---------------------------|
 * | nothing     | first                 | violated              | unreachable               |
 * | ok          | changed, if facts are | violated              | unreachable               |
 * | violated    | recovered             | changed, if facts are | unreachable               |
 * | unreachable | recovered             | violated              | changed, if the reason is |
 * | stale       | recovered             | violated              | unreachable               |
 */
function eventTypeOf(
  previous: TargetState | undefined,
  outcome: Outcome,
  { state: is }: Verdict,
  factsChanged: boolean,
): ObservationEventType | undefined {
  const was = previous && (previous.staleSince === null ? previous.verdict.state : 'stale');
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

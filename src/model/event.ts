import type { DeliveryOrder } from './delivery-order.ts';
import type { Finding } from './finding.ts';
import type { PatchOperation } from './json-patch.ts';
import type { Facts, Outcome, Verdict } from './observation.ts';
import type { PolicyFile, PolicyStamp } from './policy.ts';

/**
 * What a step hands to `@PUBLISH` when the product itself has something to say: the half of an event that the
 * actors know. The journal adds the other half (sequence, chain head, time) when it leaves (cloud-event.ts).
 */
export type EventBody =
  | ObservationEvent
  | AttestedEvent
  | PolicyAppliedEvent
  | PolicyRefusedEvent
  | DeliveryOrderedEvent;

export const observationEventTypes = [
  'polar.observation.first',
  'polar.observation.changed',
  'polar.observation.unreachable',
  'polar.observation.violated',
  'polar.observation.recovered',
  'polar.observation.stale',
  'polar.observation.retired',
] as const;
export type ObservationEventType = (typeof observationEventTypes)[number];

export const orderEventTypes = {
  retry: 'polar.delivery.retried',
  drop: 'polar.delivery.dropped',
  'drop-sink': 'polar.sink.dropped',
} as const satisfies Record<DeliveryOrder['kind'], string>;
export type OrderEventType = (typeof orderEventTypes)[keyof typeof orderEventTypes];

export const eventTypes = [
  ...observationEventTypes,
  'polar.observation.attested',
  'polar.policy.applied',
  'polar.policy.refused',
  ...Object.values(orderEventTypes),
] as const satisfies readonly EventBody['type'][];

export interface ObservationEvent {
  readonly type: ObservationEventType;
  /** In force when the observation was asked for. */
  readonly policy: PolicyStamp;
  readonly data: ObservationEventData;
}

export interface ObservationEventData {
  /** `observer:domain`. */
  readonly target: string;
  /** Canonical URI of what was observed. */
  readonly resource: string;
  readonly outcome: Outcome;
  readonly verdict: Verdict;
  /** Names of the facts that differ, sorted. */
  readonly changed: readonly string[];
  /** What is true now; while unreachable, what was true last. */
  readonly facts: Facts;
  /** The facts of the event before this one; null when there is none. */
  readonly before: Facts | null;
  /** Applied to `before`, gives `facts`. */
  readonly patch: readonly PatchOperation[];
  readonly measures: Facts;
  readonly because: string | null;
  readonly owner: string | null;
  readonly severity: string | null;
  readonly runbook: string | null;
  readonly labels: Readonly<Record<string, string>>;
  /** For `recovered` only: how long it was not ok. */
  readonly afterMs?: number;
  /** For `stale` only: how long ago it was looked at last. */
  readonly ageMs?: number;
}

/**
 * What ended a period.
 *
 * | reason    | the period ends because                                                       | it ends at          |
 * |-----------|-------------------------------------------------------------------------------|---------------------|
 * | `attest`  | it was as long as `attest` says                                               | the next look       |
 * | `policy`  | the next look was under another set                                           | that look           |
 * | `retired` | the target left the policy                                                    | that moment         |
 * | `stop`    | the node stopped in an orderly way                                            | the stop            |
 * | `crash`   | the node ended without a word                                                 | the last look known |
 * | `start`   | the node started: the period is the time that it did not run, and made is 0   | the start           |
 */
export const periodEnds = ['attest', 'policy', 'retired', 'stop', 'crash', 'start'] as const;
export type PeriodEnd = (typeof periodEnds)[number];

/** A stretch of looking is over: looking leaves evidence too. due = made + missed + skipped. */
export interface AttestedEvent {
  readonly type: 'polar.observation.attested';
  /** In force all through the period; of one in which the node did not run, before it. */
  readonly policy: PolicyStamp;
  readonly data: {
    /** `observer:domain`. */
    readonly target: string;
    /** RFC 3339, included. */
    readonly from: string;
    /** RFC 3339: where the next period begins. A look then is the next one's, but after a crash. */
    readonly to: string;
    readonly due: number;
    readonly made: number;
    readonly missed: number;
    readonly skipped: number;
    /** The longest time that nobody looked. */
    readonly longestGapMs: number;
    readonly reason: PeriodEnd;
  };
}

export interface PolicyAppliedEvent {
  readonly type: 'polar.policy.applied';
  readonly policy: PolicyStamp;
  readonly data: {
    readonly revision: string;
    readonly hash: string;
    /** The revision that this one takes the place of. */
    readonly before: string | null;
    /** Names of targets, sorted. */
    readonly added: readonly string[];
    readonly changed: readonly string[];
    readonly retired: readonly string[];
    /** The whole text of the set: what was in force can be read years later. */
    readonly files: readonly PolicyFile[];
  };
}

export interface PolicyRefusedEvent {
  readonly type: 'polar.policy.refused';
  /** Of the set that was refused. */
  readonly policy: PolicyStamp;
  readonly data: {
    readonly revision: string;
    readonly hash: string;
    /** What stays in force; null when nothing was yet. */
    readonly inForce: PolicyStamp | null;
    readonly findings: readonly Finding[];
    readonly files: readonly PolicyFile[];
  };
}

/** Somebody decided about events that could not be delivered: who, when, and why. It came about under no policy. */
export interface DeliveryOrderedEvent {
  readonly type: OrderEventType;
  readonly data: {
    /** Its number: what came of it is known to the bridge under this. */
    readonly order: number;
    readonly sink: string;
    /** Null for all that the sink had set aside. */
    readonly sequences: readonly number[] | null;
    readonly by: string;
    readonly reason: string | null;
  };
}

export function orderEventOf({
  kind,
  number,
  sink,
  sequences,
  by,
  reason,
}: DeliveryOrder): DeliveryOrderedEvent {
  return { type: orderEventTypes[kind], data: { order: number, sink, sequences, by, reason } };
}

/**
 * Tells the product's own events from what a user's flow publishes: the type is ours and the stamp is there, or all that
 * an order says.
 */
export function isEventBody(body: unknown): body is EventBody {
  if (typeof body !== 'object' || body === null) return false;
  const { type, policy, data } = body as { type?: unknown; policy?: unknown; data?: unknown };
  if (orderTypes.has(type)) return isOrderData(data);
  if (!stampedTypes.has(type)) return false;
  if (typeof policy !== 'object' || policy === null || typeof data !== 'object' || data === null)
    return false;
  const { revision, hash } = policy as { revision?: unknown; hash?: unknown };
  return typeof revision === 'string' && typeof hash === 'string';
}

/** The type is ours, of those that carry a stamp. */
export function isStampedType(type: string | undefined): type is Exclude<EventBody['type'], OrderEventType> {
  return stampedTypes.has(type);
}

/** The type is ours, of those without a stamp. */
export function isOrderType(type: string | undefined): boolean {
  return orderTypes.has(type);
}

const orderTypes: ReadonlySet<unknown> = new Set(Object.values(orderEventTypes));
const stampedTypes: ReadonlySet<unknown> = new Set(eventTypes.filter((type) => !orderTypes.has(type)));

/** There is no stamp to know it by. */
function isOrderData(data: unknown): boolean {
  const { order, sink, by, sequences, reason } = (data ?? {}) as Record<string, unknown>;
  const isList = Array.isArray(sequences) && sequences.every(Number.isSafeInteger);
  return (
    Number.isSafeInteger(order) &&
    typeof sink === 'string' &&
    typeof by === 'string' &&
    (sequences === null || isList) &&
    (reason === null || typeof reason === 'string')
  );
}

export function isOrderEvent(event: EventBody): event is DeliveryOrderedEvent {
  return orderTypes.has(event.type);
}

export function isObservationEvent(event: EventBody): event is ObservationEvent {
  return (observationEventTypes as readonly string[]).includes(event.type);
}

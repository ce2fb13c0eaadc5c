import { isEventBody } from './event.ts';
import { parseSubjectName } from './subject-name.ts';

/** A committed record, as the journal and the bell carry it. */
export interface EventRecord {
  /** In the journal; strictly rising. */
  readonly sequence: number;
  /** Of the journal, so that ids stay unique when a node begins a new one. */
  readonly journalId: string;
  readonly node: string;
  /** `<node>.<command|event>.<method>.<domain>`. */
  readonly subject: string;
  /** ms since the epoch. */
  readonly time: number;
  /** W3C trace context; empty when there is none. */
  readonly traceparent: string;
  /** Of the batch that the record was committed in, hex. */
  readonly chainHead: string;
  readonly flow: string;
  readonly action: string;
  readonly body: unknown;
}

/** An event as it leaves: CloudEvents 1.0 in JSON (docs/events/cloud-event.schema.json). */
export interface CloudEvent {
  readonly specversion: '1.0';
  readonly id: string;
  /** `/polar/<node>/<method>`. */
  readonly source: string;
  readonly type: string;
  /** The domain: `payments-api`. */
  readonly subject: string;
  /** RFC 3339. */
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly sequence: string;
  /** The whole subject name: events of one key keep their order. */
  readonly partitionkey: string;
  readonly traceparent?: string;
  readonly policyrevision?: string;
  readonly policyhash?: string;
  readonly chainhead: string;
  readonly data: unknown;
}

/**
 * The same record gives the same event, so what is delivered twice carries the same id.
 * @throws subject-name.invalid
 */
export function toCloudEvent(record: EventRecord): CloudEvent {
  const { sequence, journalId, node, subject, time, traceparent, chainHead, flow, action, body } = record;
  const { method, domain } = parseSubjectName(subject);
  const own = isEventBody(body) ? body : undefined;
  const policy = own && 'policy' in own ? own.policy : undefined;
  // Every event that is shown passes here: no spread (ADR 10). What is long comes last.
  const event = {
    specversion: '1.0',
    id: `${journalId}-${sequence}`,
    source: eventSource(node, method),
    type: own?.type ?? `polar.flow.${flow}.${action}`,
    subject: domain,
    time: new Date(time).toISOString(),
    datacontenttype: 'application/json',
    sequence: String(sequence),
    partitionkey: subject,
  } as { -readonly [Key in keyof CloudEvent]: CloudEvent[Key] };
  if (traceparent !== '') event.traceparent = traceparent;
  if (policy) {
    event.policyrevision = policy.revision;
    event.policyhash = policy.hash;
  }
  event.chainhead = chainHead;
  event.data = own ? own.data : (body ?? null);
  return event;
}

export function eventSource(node: string, method: string): string {
  return `/polar/${encodeURIComponent(node)}/${encodeURIComponent(method)}`;
}

import type { CloudEvent } from './cloud-event.ts';

/** An event on its way out: what it is sent by, its text, and the event itself for whoever asks. */
export interface OutgoingEvent {
  readonly id: string;
  /** In the journal. */
  readonly sequence: number;
  readonly type: string;
  /** The whole subject name. */
  readonly partitionkey: string;
  /** Ms since the epoch. */
  readonly time: number;
  readonly traceparent: string | undefined;
  /** As `data` says, where it says it in text. */
  readonly severity: string | undefined;
  readonly owner: string | undefined;
  /** The whole event as JSON. */
  readonly text: Buffer;
  /** Parsed when it is asked for. */
  event(): CloudEvent;
}

/** One that is there as data. */
export function outgoing(event: CloudEvent): OutgoingEvent {
  const { severity, owner } = Object(event.data) as { severity?: unknown; owner?: unknown };
  return {
    id: event.id,
    sequence: Number(event.sequence),
    type: event.type,
    partitionkey: event.partitionkey,
    time: Date.parse(event.time),
    traceparent: event.traceparent,
    severity: typeof severity === 'string' ? severity : undefined,
    owner: typeof owner === 'string' ? owner : undefined,
    text: Buffer.from(JSON.stringify(event)),
    event: () => event,
  };
}

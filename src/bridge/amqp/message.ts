import { PolarError } from '../../model/errors.ts';
import type { OutgoingEvent } from '../../model/outgoing-event.ts';

/** An event as it is published: a CloudEvent in structured mode, and what consumers can bind to. */
export interface Message {
  readonly id: string;
  /** The whole subject name. */
  readonly routingKey: string;
  readonly content: Buffer;
  readonly options: {
    readonly contentType: 'application/cloudevents+json';
    readonly messageId: string;
    readonly type?: string;
    /** Seconds since the epoch. */
    readonly timestamp: number;
    readonly deliveryMode: 2;
    readonly mandatory: true;
    readonly appId: 'polar-zmanager';
    readonly headers: MessageHeaders;
  };
}

/** Those that an event has; `polar.select` is bound by them. */
export interface MessageHeaders {
  readonly type: string;
  readonly severity?: string;
  readonly owner?: string;
  readonly sequence: number;
  readonly attempt: number;
  /** It may have been delivered before, with the same id. */
  readonly redelivered?: true;
  readonly traceparent?: string;
}

/** Bytes: what AMQP's short strings hold. */
const shortBytes = 255;
/** Headers share one frame with everything else about the message. */
const headerCharacters = 4096;

/** @throws subject-name.invalid: too long a name for any routing key */
export function toMessage(event: OutgoingEvent, attempt: number): Message {
  const { id, type, partitionkey, traceparent, severity, owner } = event;
  if (Buffer.byteLength(partitionkey) > shortBytes) {
    throw new PolarError(
      'subject-name.invalid',
      `The subject name has more than ${shortBytes} bytes, and AMQP has no longer routing keys.`,
      { hint: 'Shorten the name of the target, or the key of the push.' },
    );
  }
  // Every event passes here: no spread (ADR 10).
  const headers: { -readonly [Key in keyof MessageHeaders]: MessageHeaders[Key] } = {
    type: type.slice(0, headerCharacters),
    sequence: event.sequence,
    attempt,
  };
  if (isHeader(severity)) headers.severity = severity;
  if (isHeader(owner)) headers.owner = owner;
  if (attempt > 1) headers.redelivered = true;
  if (traceparent !== undefined) headers.traceparent = traceparent;
  const options: { -readonly [Key in keyof Message['options']]: Message['options'][Key] } = {
    contentType: 'application/cloudevents+json',
    messageId: id,
    timestamp: Math.floor(event.time / 1000),
    deliveryMode: 2,
    mandatory: true,
    appId: 'polar-zmanager',
    headers,
  };
  if (Buffer.byteLength(type) <= shortBytes) options.type = type;
  return { id, routingKey: partitionkey, content: event.text, options };
}

function isHeader(value: string | undefined): value is string {
  return value !== undefined && value.length <= headerCharacters;
}

import type { CloudEvent } from '../../model/cloud-event.ts';
import { PolarError } from '../../model/errors.ts';

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
export function toMessage(event: CloudEvent, attempt: number): Message {
  const { id, type, partitionkey, traceparent } = event;
  if (Buffer.byteLength(partitionkey) > shortBytes) {
    throw new PolarError(
      'subject-name.invalid',
      `The subject name has more than ${shortBytes} bytes, and AMQP has no longer routing keys.`,
      { hint: 'Shorten the name of the target, or the key of the push.' },
    );
  }
  return {
    id,
    routingKey: partitionkey,
    content: Buffer.from(JSON.stringify(event)),
    options: {
      contentType: 'application/cloudevents+json',
      messageId: id,
      ...(Buffer.byteLength(type) <= shortBytes && { type }),
      timestamp: Math.floor(Date.parse(event.time) / 1000),
      deliveryMode: 2,
      mandatory: true,
      appId: 'polar-zmanager',
      headers: {
        type: type.slice(0, headerCharacters),
        ...selectors(event.data),
        sequence: Number(event.sequence),
        attempt,
        ...(attempt > 1 && { redelivered: true }),
        ...(traceparent !== undefined && { traceparent }),
      },
    },
  };
}

function selectors(data: unknown): Pick<MessageHeaders, 'severity' | 'owner'> {
  if (typeof data !== 'object' || data === null) return {};
  const { severity, owner } = data as { severity?: unknown; owner?: unknown };
  return { ...(isHeader(severity) && { severity }), ...(isHeader(owner) && { owner }) };
}

function isHeader(value: unknown): value is string {
  return typeof value === 'string' && value.length <= headerCharacters;
}

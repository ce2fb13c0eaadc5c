import { type Envelope, encodeEnvelope } from '../model/envelope.ts';
import { type Child, pendingSource } from '../model/run.ts';

/** A task that a step emits; it becomes a row of `pending` (R8). */
export interface Emission {
  readonly id?: string;
  readonly flow: string;
  readonly key: string;
  readonly subject?: string;
  readonly group?: string;
  readonly deadline?: number;
  readonly body: Buffer;
  /** Steps that are left of the flow; 0 for all of them. */
  readonly step?: number;
}

/** What a task is called: its id, or for numbered ones what names them. */
export function nameOf({ id, source, key, number }: Envelope): string {
  return id || `${source}-${key}-${number}`;
}

/** @throws envelope.oversized */
export function childOf(parent: Envelope, emission: Emission, index: number): Child {
  const id = emission.id ?? `${nameOf(parent)}.${index + 1}`;
  const record = encodeEnvelope({
    id,
    source: pendingSource,
    number: 0,
    flow: emission.flow,
    step: emission.step ?? 0,
    key: emission.key,
    subject: emission.subject ?? '',
    time: parent.time,
    deadline: emission.deadline ?? 0,
    attempt: 0,
    correlationId: parent.correlationId,
    causationId: parent.id,
    traceparent: parent.traceparent,
    policy: parent.policy,
    group: emission.group ?? '',
    body: emission.body,
  });
  return { id, record };
}

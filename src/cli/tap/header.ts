import type { JournalRecord } from '../../journal/batch.ts';
import { decodeEnvelope } from '../../model/envelope.ts';
import { printable } from '../../model/facts-text.ts';
import { isoText } from '../time-text.ts';

/** What stands around a body: where the record lies in the journal, and the envelope of the task that led to it. */
export interface RoutingHeader {
  readonly sequence: number;
  readonly topic: string;
  /** Tasks of one key run in order. */
  readonly key: string;
  readonly subject: string;
  readonly source: string;
  /** The source's own. */
  readonly number: number;
  /** Of a push or an emitted message; empty for a task that is named by source, key and number. */
  readonly id: string;
  readonly flow: string;
  readonly step: number;
  /** Deliveries to workers, this one included. */
  readonly attempt: number;
  /** When the task came to be, RFC 3339. */
  readonly time: string;
  /** RFC 3339; empty for none. */
  readonly deadline: string;
  /** When it was committed, RFC 3339. */
  readonly committed: string;
  readonly group: string;
  readonly correlationId: string;
  readonly causationId: string;
  readonly traceparent: string;
  /** Hash of the policy set. */
  readonly policy: string;
  /** Head of the chain as of its batch. */
  readonly chainHead: string;
  /** Of the body. */
  readonly bytes: number;
}

export const headerFields: readonly string[] = (
  'sequence topic key subject source number id flow step attempt time deadline committed group correlationId ' +
  'causationId traceparent policy chainHead bytes'
).split(' ');

export function headerOf({ sequence, topic, record, chainHead, time }: JournalRecord): RoutingHeader {
  const task = decodeEnvelope(record);
  return {
    sequence,
    topic,
    key: task.key,
    subject: task.subject || task.key,
    source: task.source,
    number: task.number,
    id: task.id,
    flow: task.flow,
    step: task.step,
    attempt: task.attempt + 1,
    time: isoText(task.time),
    deadline: task.deadline > 0 ? isoText(task.deadline) : '',
    committed: isoText(time),
    group: task.group,
    correlationId: task.correlationId,
    causationId: task.causationId,
    traceparent: task.traceparent,
    policy: task.policy,
    chainHead,
    bytes: task.body.length,
  };
}

/** `seq 7 · Orders/taken/ · key anna.command.push.Orders · source gateway 12 · id order-7 · …`; what is empty is left out. */
export function headerText(header: RoutingHeader): string {
  const { sequence, topic, key, subject, source, number, id, attempt, bytes } = header;
  const parts = [
    `seq ${sequence}`,
    topic,
    `key ${key}`,
    subject !== key && `subject ${subject}`,
    `source ${source} ${number}`,
    id !== '' && `id ${id}`,
    attempt > 1 && `attempt ${attempt}`,
    `made ${header.time.slice(11)}`,
    header.deadline !== '' && `deadline ${header.deadline.slice(11)}`,
    header.group !== '' && `group ${header.group}`,
    header.correlationId !== '' && `correlation ${header.correlationId}`,
    header.causationId !== '' && `cause ${header.causationId}`,
    header.traceparent !== '' && `trace ${header.traceparent.split('-')[1] ?? header.traceparent}`,
    header.policy !== '' && `policy ${header.policy.slice(0, 6)}`,
    `${bytes} bytes`,
    `head ${header.chainHead.slice(0, 6)}`,
  ];
  return printable(parts.filter((part) => part !== false).join(' · '));
}

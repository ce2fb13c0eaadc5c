import { type CloudEvent, toCloudEvent } from '../model/cloud-event.ts';
import { bodyOf, decodeEnvelope } from '../model/envelope.ts';
import { messageOf, PolarError } from '../model/errors.ts';
import type { JournalRecord } from './batch.ts';
import type { JournalInfo } from './journal.ts';

/**
 * A record of the journal as the event that leaves.
 * @throws body.not-data, subject-name.invalid: such a record can never be delivered
 */
export function eventOf(record: JournalRecord, journal: Pick<JournalInfo, 'id' | 'node'>): CloudEvent {
  const envelope = decodeEnvelope(record.record);
  const [flow = '', action = ''] = record.topic.split('/');
  return toCloudEvent({
    sequence: record.sequence,
    journalId: journal.id,
    node: journal.node,
    subject: envelope.subject || envelope.key,
    time: record.time,
    traceparent: envelope.traceparent,
    chainHead: record.chainHead,
    flow,
    action,
    body: jsonOf(bodyOf(record.record, 0)),
  });
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch (cause) {
    throw new PolarError('body.not-data', `The body is not JSON: ${messageOf(cause)}`, { cause });
  }
}

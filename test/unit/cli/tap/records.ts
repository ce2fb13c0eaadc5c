import type { JournalRecord } from '../../../../src/journal/batch.ts';
import { encodeEnvelope } from '../../../../src/model/envelope.ts';

/** A record as it lies in a journal. A text is the body as it is, anything else becomes JSON. */
export function recordOf(written: {
  topic: string;
  key: string;
  body: unknown;
  subject?: string;
  traceparent?: string;
}): JournalRecord {
  const { topic, key, body, subject = '', traceparent = '' } = written;
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const record = encodeEnvelope({
    ...{ id: 'order-7', source: 'test', number: 12, flow: 'Orders', step: 1, key, subject, time: 1000 },
    ...{ deadline: 0, attempt: 0, correlationId: '', causationId: '', traceparent, policy: '', group: '' },
    body: bytes,
  });
  return { sequence: 7, topic, record, chainHead: '5c1de7', time: 2000, isLast: true };
}

import { decodeBatch, encodeBatch, genesis } from '../../../src/journal/batch.ts';
import type { JournalInfo, JournalReader } from '../../../src/journal/journal.ts';
import { encodeEnvelope } from '../../../src/model/envelope.ts';

export interface WrittenRecord {
  readonly topic?: string;
  readonly key?: string;
  readonly body?: unknown;
}

/** A journal in memory: batches of records, each committed at a time. Found by their keys, as the journal does it. */
export function journalOf(
  batches: readonly { readonly time: number; readonly records: readonly WrittenRecord[] }[],
) {
  const rows: { key: number; bytes: Buffer }[] = [];
  let sequence = 1;
  let head: Buffer = genesis;
  for (const { time, records } of batches) {
    const segments = records.map(({ topic = 'F/changed/', key, body }) => {
      return { topic, count: 1, bytes: recordOf(key, body) };
    });
    const encoded = encodeBatch(segments, sequence, time, head);
    rows.push({ key: sequence, bytes: encoded.bytes });
    sequence += records.length;
    head = encoded.hash;
  }
  const info = {
    id: '0badcafe',
    node: 'n',
    created: 0,
    removed: null,
    firstSequence: 1,
    previousOfFirst: genesis.toString('hex'),
    nextSequence: sequence,
    head: head.toString('hex'),
  } as JournalInfo;
  const opened = (row: { bytes: Buffer } | undefined) =>
    row && { batch: decodeBatch(row.bytes), bytes: row.bytes };
  const reader: Pick<JournalReader, 'info' | 'batchAt'> = {
    info: () => info,
    batchAt(wanted) {
      const holder = opened(rows.findLast(({ key }) => key <= wanted));
      if (holder && wanted < holder.batch.firstSequence + holder.batch.count) return holder;
      return opened(rows.find(({ key }) => key >= wanted));
    },
  };
  return { reader, info, rows };
}

function recordOf(key = 'n.event.http.shop', body: unknown = null): Buffer {
  return encodeEnvelope({
    id: '',
    source: 'scheduler',
    number: 1,
    flow: 'F',
    step: 0,
    key,
    subject: '',
    time: 1,
    deadline: 0,
    attempt: 0,
    correlationId: '',
    causationId: '',
    traceparent: '',
    policy: '',
    group: '',
    body: Buffer.from(JSON.stringify(body)),
  });
}

import type { Committed } from '../journal/journal.ts';
import type { Commit } from '../model/commit.ts';
import type { Published } from '../transport/bell.ts';
import { encodeHead, encodeReceipts, receiptTopic } from '../transport/word-frame.ts';

/**
 * A message that is larger goes without its records, and whoever wants them reads the journal: PUB's mark counts messages,
 * and what a subscriber that has stopped does not read is kept here, up to that.
 */
export const bodyLimitBytes = 256 * 1024;

/** What the bell says of a commit: one message per topic with all its records, and one with the receipts. */
export function messagesOf(
  commit: Pick<Commit, 'segments' | 'receipts'>,
  committed: Pick<Committed, 'records' | 'head'>,
  incarnation: string,
): Published[] {
  const topics = new Map<string, Told>();
  let sequence = committed.records.first;
  for (const { topic, count, bytes } of commit.segments) {
    let entry = topics.get(topic);
    if (!entry) {
      entry = { ranges: [], bodies: [], bytes: 0 };
      topics.set(topic, entry);
    }
    entry.ranges.push([sequence, count]);
    entry.bodies.push(bytes);
    entry.bytes += bytes.length;
    sequence += count;
  }
  const chainHead = committed.head;
  const messages = Array.from(topics, ([topic, { ranges, bodies, bytes }]): Published => {
    const body = bytes > bodyLimitBytes ? Buffer.alloc(0) : Buffer.concat(bodies);
    return { topic, head: encodeHead({ incarnation, ranges, chainHead }), body };
  });
  // Whoever only wants to know that there is something hears this one, and from it how much.
  const { first, count } = committed.records;
  const head = encodeHead({ incarnation, ranges: count > 0 ? [[first, count]] : [], chainHead });
  messages.push({ topic: receiptTopic, head, body: encodeReceipts(commit.receipts) });
  return messages;
}

/** What is said under one topic. */
interface Told {
  readonly ranges: [first: number, count: number][];
  readonly bodies: Buffer[];
  bytes: number;
}

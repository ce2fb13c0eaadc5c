import type { Committed } from '../journal/journal.ts';
import type { Commit } from '../model/commit.ts';
import type { Published } from '../transport/bell.ts';
import { encodeHead, encodeReceipts, receiptTopic } from '../transport/word-frame.ts';

/** What the bell says of a commit: one message per topic with all its records, and one with the receipts. */
export function messagesOf(commit: Commit, committed: Committed, incarnation: string): Published[] {
  const topics = new Map<string, { ranges: [first: number, count: number][]; bodies: Buffer[] }>();
  let sequence = committed.records.first;
  for (const { topic, count, bytes } of commit.segments) {
    let entry = topics.get(topic);
    if (!entry) {
      entry = { ranges: [], bodies: [] };
      topics.set(topic, entry);
    }
    entry.ranges.push([sequence, count]);
    entry.bodies.push(bytes);
    sequence += count;
  }
  const chainHead = committed.head;
  const messages = Array.from(topics, ([topic, { ranges, bodies }]): Published => {
    return { topic, head: encodeHead({ incarnation, ranges, chainHead }), body: Buffer.concat(bodies) };
  });
  const head = encodeHead({ incarnation, ranges: [], chainHead });
  messages.push({ topic: receiptTopic, head, body: encodeReceipts(commit.receipts) });
  return messages;
}

import type { Segment } from '../model/run.ts';

/** Collects a run's records in order; records of one topic that follow one another make one segment. */
export interface SegmentBuilder {
  add(topic: string, record: Buffer): void;
  /** The task is through: what it added stays. How many records that is. */
  keep(): number;
  /** The task failed: what it added is gone. */
  discard(): void;
  build(): Segment[];
  /** Of everything kept. */
  readonly sizeBytes: number;
}

export function createSegments(): SegmentBuilder {
  const kept: { topic: string; records: Buffer[] }[] = [];
  let added: { topic: string; record: Buffer }[] = [];
  let sizeBytes = 0;
  return {
    add(topic, record) {
      added.push({ topic, record });
    },
    keep() {
      for (const { topic, record } of added) {
        sizeBytes += record.length;
        const last = kept.at(-1);
        if (last?.topic === topic) last.records.push(record);
        else kept.push({ topic, records: [record] });
      }
      const count = added.length;
      added = [];
      return count;
    },
    discard() {
      added = [];
    },
    get sizeBytes() {
      return sizeBytes;
    },
    build() {
      return kept.map(({ topic, records }) => ({
        topic,
        count: records.length,
        bytes: joined(records),
      }));
    },
  };
}

/** Records that lie one after the other in the frame they came in, as those of a run do, are taken without a copy. */
function joined(records: readonly Buffer[]): Buffer {
  const first = records[0]!;
  let end = first.byteOffset;
  for (const { buffer, byteOffset, length } of records) {
    if (buffer !== first.buffer || byteOffset !== end) return Buffer.concat(records);
    end = byteOffset + length;
  }
  return Buffer.from(first.buffer, first.byteOffset, end - first.byteOffset);
}

import type { Segment } from '../model/run.ts';

interface Stretch {
  readonly topic: string;
  readonly records: Buffer[];
}

/** Collects a run's records in order; records of one topic that follow one another make one segment. */
export class SegmentBuilder {
  readonly #kept: Stretch[] = [];
  /** Of the task that is under way: each record's topic and bytes, side by side. */
  readonly #topics: string[] = [];
  readonly #records: Buffer[] = [];
  /** Of everything kept. */
  sizeBytes = 0;

  add(topic: string, record: Buffer): void {
    this.#topics.push(topic);
    this.#records.push(record);
  }

  /** The task is through: what it added stays. How many records that is. */
  keep(): number {
    const count = this.#records.length;
    for (let index = 0; index < count; index++) {
      const topic = this.#topics[index]!;
      const record = this.#records[index]!;
      this.sizeBytes += record.length;
      const last = this.#kept[this.#kept.length - 1];
      if (last?.topic === topic) last.records.push(record);
      else this.#kept.push({ topic, records: [record] });
    }
    this.discard();
    return count;
  }

  /** The task failed: what it added is gone. */
  discard(): void {
    this.#topics.length = 0;
    this.#records.length = 0;
  }

  build(): Segment[] {
    return this.#kept.map(({ topic, records }) => ({ topic, count: records.length, bytes: joined(records) }));
  }
}

/** Records that lie one after the other in the frame they came in, as those of a run do, are taken without a copy. */
function joined(records: readonly Buffer[]): Buffer {
  const first = records[0]!;
  const { buffer } = first;
  let end = first.byteOffset;
  for (const record of records) {
    if (record.byteOffset !== end || record.buffer !== buffer) return Buffer.concat(records);
    end += record.length;
  }
  return Buffer.from(buffer, first.byteOffset, end - first.byteOffset);
}

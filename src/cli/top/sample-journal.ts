import { recordsOf } from '../../journal/batch.ts';
import type { JournalReader } from '../../journal/journal.ts';
import { readMoments } from '../../model/envelope.ts';

/** What was committed between two looks, by as much of it as a look takes. */
export interface JournalSample {
  /** The sequence of the next record. */
  readonly next: number;
  /** How many records each topic got, all of them taken together: estimated, where not all were read. */
  readonly topics: ReadonlyMap<string, number>;
  /** From when a task was made to when what it publishes was committed, of some of the records. */
  readonly latenciesMs: readonly number[];
}

// At most so many batches a look, however many there are: looking on must cost next to nothing.
const mostBatches = 32;
const segmentsPerBatch = 16;
const recordsPerSegment = 2;

/** Reads batches evenly out of those from the sequence on. */
export function sampleJournal(reader: Pick<JournalReader, 'info' | 'batchAt'>, from: number): JournalSample {
  const { nextSequence: next } = reader.info();
  const counts = new Map<string, number>();
  const latenciesMs: number[] = [];
  let counted = 0;
  const step = Math.max(1, (next - from) / mostBatches);
  for (let at = from; at < next; ) {
    const found = reader.batchAt(Math.floor(at));
    if (!found || found.batch.firstSequence >= next) break;
    const { segments, time, firstSequence, count } = found.batch;
    const every = Math.ceil(segments.length / segmentsPerBatch);
    for (const [index, segment] of segments.entries()) {
      counts.set(segment.topic, (counts.get(segment.topic) ?? 0) + segment.count);
      counted += segment.count;
      if (index % every !== 0) continue;
      let taken = 0;
      for (const { record } of recordsOf(segment)) {
        if (taken++ === recordsPerSegment) break;
        latenciesMs.push(Math.max(0, time - readMoments(record, 0).time));
      }
    }
    at = Math.max(at + step, firstSequence + count);
  }
  const share = counted === 0 ? 0 : (next - from) / counted;
  const topics = new Map([...counts].map(([topic, count]) => [topic, count * share]));
  return { next, topics, latenciesMs };
}

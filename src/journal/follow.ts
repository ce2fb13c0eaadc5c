import { checkRecord } from '../model/envelope.ts';
import type { Batch, JournalRecord } from './batch.ts';
import type { JournalReader } from './journal.ts';
import { createWake, type Wake } from './wake.ts';

/** A bell may be lost (R6): whoever follows looks once a second anyway. */
const lookEveryMs = 1000;

/** Ends when `signal` aborts. */
export interface Following {
  readonly reader: Pick<JournalReader, 'batchAt'>;
  readonly from: number;
  /** Absent when nobody rings, and nothing more is waited for. */
  readonly wake: Wake | undefined;
  readonly signal: AbortSignal;
  /** There is nothing more at the moment; says how long to wait at most, and undefined when nobody waits for more. */
  readonly caughtUp?: () => number | undefined;
  /** How long to rest after a look that found something, whatever rings: many small looks cost more than a few. */
  readonly restMs?: () => number;
}

/**
 * The journal's batches from the one with `from` on, in order and without a gap, and then each as it is committed: what
 * is published is only the reason to look.
 */
export async function* followBatches(options: Following): AsyncGenerator<Batch> {
  const { reader, wake, signal, caughtUp = () => lookEveryMs, restMs } = options;
  const rest = createWake();
  let hasFound = false;
  let next = options.from;
  while (!signal.aborted) {
    const found = reader.batchAt(next);
    if (found) {
      hasFound = true;
      yield found.batch;
      next = found.batch.firstSequence + found.batch.count;
      continue;
    }
    const mostMs = caughtUp();
    if (mostMs === undefined || !wake) return;
    if (hasFound && restMs) await rest.wait(restMs(), signal);
    else await wake.wait(Math.min(mostMs, lookEveryMs), signal);
    hasFound = false;
  }
}

/** Everything that is there now, from `from` on. */
export function* readJournal(reader: Pick<JournalReader, 'batchAt'>, from: number): Generator<JournalRecord> {
  for (let next = from; ; ) {
    const found = reader.batchAt(next);
    if (!found) return;
    yield* recordsIn(found.batch, next);
    next = found.batch.firstSequence + found.batch.count;
  }
}

/** Of a batch, or what was kept of one that retention removed. */
export function recordAt(
  reader: Pick<JournalReader, 'batchAt' | 'keptRecord'>,
  sequence: number,
): JournalRecord | undefined {
  const { value: record } = readJournal(reader, sequence).next();
  return record?.sequence === sequence ? record : reader.keptRecord(sequence);
}

/** From `from` back to the oldest, newest first; what is missing in between ends it. */
export function* readJournalBack(
  reader: Pick<JournalReader, 'info' | 'batchAt'>,
  from: number,
): Generator<JournalRecord> {
  const { firstSequence, nextSequence } = reader.info();
  for (let next = Math.min(from, nextSequence - 1); next >= firstSequence; ) {
    const found = reader.batchAt(next);
    if (!found || found.batch.firstSequence > next) return;
    const records = [...recordsIn(found.batch, found.batch.firstSequence)];
    for (const record of records.reverse()) if (record.sequence <= next) yield record;
    next = found.batch.firstSequence - 1;
  }
}

/** The records of a batch from a sequence on; those of a segment only when `isTopic` says so of its topic and bytes. */
export function* recordsIn(
  batch: Batch,
  from: number,
  isTopic: (topic: string, bytes: Buffer) => boolean = () => true,
): Generator<JournalRecord> {
  const chainHead = batch.hash.toString('hex');
  const last = batch.firstSequence + batch.count - 1;
  for (const segment of batch.segments) {
    const { topic, bytes, firstSequence, count } = segment;
    if (firstSequence + count <= from || !isTopic(topic, bytes)) continue;
    // As recordsOf does it; but everything that follows the journal passes here, and a generator within one is dear.
    for (let index = 0, at = 0; index < count; index++) {
      const end = at + checkRecord(bytes, at, bytes.length);
      const sequence = firstSequence + index;
      if (sequence >= from) {
        const record = bytes.subarray(at, end);
        yield { sequence, topic, record, chainHead, time: batch.time, isLast: sequence === last };
      }
      at = end;
    }
  }
}

import { codeOf } from '../model/errors.ts';
import { type Batch, hashOf, headerOf, payloadOf } from './batch.ts';
import type { JournalReader } from './journal.ts';

/*
 * A journal as JSON lines, for whoever verifies it elsewhere with tools of their own: docs/journal-export.md is the
 * contract. Bytes are given as they were hashed; what stands beside them only helps to find one's way.
 */

export type ExportLine = ExportHead | ExportBatch | ExportEnd;

export interface ExportHead {
  readonly kind: 'journal';
  readonly format: 1;
  readonly id: string;
  readonly node: string;
  /** RFC 3339. */
  readonly created: string;
  /** The first sequence that follows. */
  readonly first: number;
  /** Hash before the first batch, hex: zeros when it is the journal's first. */
  readonly previous: string;
}

export interface ExportBatch {
  readonly kind: 'batch';
  readonly first: number;
  readonly count: number;
  readonly time: string;
  /** Hex. */
  readonly previous: string;
  readonly hash: string;
  readonly header: string;
  /** Base64. */
  readonly payload: string;
}

export interface ExportEnd {
  readonly kind: 'end';
  readonly batches: number;
  /** The last sequence; one less than `first` when nothing was exported. */
  readonly last: number;
  /** Hash of the last batch, hex. */
  readonly head: string;
}

type Reader = Pick<JournalReader, 'info' | 'batchAt'>;

/** The batches that hold `from` to `to`, whole, as one chain: ends before the first that does not follow. */
export function* exportJournal(reader: Reader, from: number, to: number): Generator<ExportLine> {
  const info = reader.info();
  const start = from <= to ? readBatch(reader, Math.max(from, info.firstSequence))?.batch : undefined;
  const first = start && start.firstSequence <= to ? start.firstSequence : info.nextSequence;
  let previous = first === start?.firstSequence ? start.previous.toString('hex') : info.head;
  const { id, node } = info;
  yield { kind: 'journal', format: 1, id, node, created: isoOf(info.created), first, previous };

  let batches = 0;
  let next = first;
  while (next <= to && next < info.nextSequence) {
    const found = readBatch(reader, next);
    if (!found || !follows(found, next, previous)) break;
    yield lineOf(found);
    previous = found.batch.hash.toString('hex');
    next += found.batch.count;
    batches++;
  }
  yield { kind: 'end', batches, last: next - 1, head: previous };
}

/** Undefined, too, for one that cannot be read: the export ends before it. */
function readBatch(reader: Reader, sequence: number): Found | undefined {
  try {
    return reader.batchAt(sequence);
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return undefined;
  }
}

function follows({ batch, bytes }: Found, expected: number, previous: string): boolean {
  return (
    batch.firstSequence === expected &&
    batch.previous.toString('hex') === previous &&
    hashOf(bytes).equals(batch.hash)
  );
}

interface Found {
  readonly batch: Batch;
  readonly bytes: Buffer;
}

function lineOf({ batch, bytes }: Found): ExportBatch {
  return {
    kind: 'batch',
    first: batch.firstSequence,
    count: batch.count,
    time: isoOf(batch.time),
    previous: batch.previous.toString('hex'),
    hash: batch.hash.toString('hex'),
    header: headerOf(bytes).toString('hex'),
    payload: payloadOf(bytes).toString('base64'),
  };
}

function isoOf(time: number): string {
  return new Date(time).toISOString();
}

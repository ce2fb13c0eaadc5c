import type { CommittedEvidence } from '../model/commit.ts';
import { PolarError } from '../model/errors.ts';

/*
 * The evidence of all runs of a batch as one row, beside the batch and outside its hash: u8 layout (1), three bytes of
 * nothing, then per run u32 place of its first record in the batch, u32 records, u32 bytes, and the bytes as they came.
 */
const layout = 1;
const headerBytes = 4;
const entryBytes = 12;

/** What is past it is not kept: evidence must never be what fills a disk. */
export const maxEvidenceRowBytes = 4 * 1024 * 1024;

export function encodeEvidenceRow(evidence: readonly CommittedEvidence[], firstSequence: number): Buffer {
  let [size, kept] = [headerBytes, 0];
  for (const { bytes } of evidence) {
    if (size + entryBytes + bytes.length > maxEvidenceRowBytes) break;
    size += entryBytes + bytes.length;
    kept++;
  }
  const row = Buffer.allocUnsafe(size);
  row.writeUInt32LE(layout, 0);
  let at = headerBytes;
  for (let index = 0; index < kept; index++) {
    const { first, count, bytes } = evidence[index]!;
    row.writeUInt32LE(first - firstSequence, at);
    row.writeUInt32LE(count, at + 4);
    row.writeUInt32LE(bytes.length, at + 8);
    row.set(bytes, at + entryBytes);
    at += entryBytes + bytes.length;
  }
  return row;
}

/** Of the run that wrote the sequence; undefined when it was not kept. @throws journal.corrupt */
export function findEvidence(
  row: Buffer,
  firstSequence: number,
  sequence: number,
): CommittedEvidence | undefined {
  if (row[0] !== layout) return undefined;
  for (let at = headerBytes; at < row.length; ) {
    if (row.length - at < entryBytes) throw cut();
    const first = firstSequence + row.readUInt32LE(at);
    const count = row.readUInt32LE(at + 4);
    const start = at + entryBytes;
    const end = start + row.readUInt32LE(at + 8);
    if (end > row.length) throw cut();
    if (first <= sequence && sequence < first + count) {
      return { first, count, bytes: row.subarray(start, end) };
    }
    at = end;
  }
  return undefined;
}

function cut(): PolarError {
  return new PolarError('journal.corrupt', 'The evidence of a batch is cut short.');
}

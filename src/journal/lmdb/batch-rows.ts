import { PolarError } from '../../model/errors.ts';
import type { Tables } from './tables.ts';

/*
 * How a batch lies in the tables (ADR 19). LMDB gives a value of more than half a page so many pages in a row, and where
 * batches of any length come and go it looks for them through all that is free, with every commit: after a day at the
 * limit a commit takes fifty times as long. So a long batch lies in parts, each of which fits into any page that is free.
 *
 * A batch of up to `partBytes` is one row of `batches`, as it is (batch.ts). Of a longer one the row says where it lies:
 *
 *   0  u8  2            8  f64 first part: a key of `parts`; the others follow
 *   4  u32 bytes
 */
const inParts = 2;
const rowBytes = 16;
/** With their keys two of them fill a page of 4 KiB. */
export const partBytes = 1984;

type BatchTables = Pick<Tables, 'batches' | 'parts'>;

/** Within a transaction. Returns the key that the next part is to have. */
export function putBatch(
  { batches, parts }: BatchTables,
  first: number,
  bytes: Buffer,
  nextPart: number,
): number {
  if (bytes.length <= partBytes || !parts) {
    batches.put(first, bytes);
    return nextPart;
  }
  const row = Buffer.alloc(rowBytes);
  row[0] = inParts;
  row.writeUInt32LE(bytes.length, 4);
  row.writeDoubleLE(nextPart, 8);
  batches.put(first, row);
  let part = nextPart;
  for (let at = 0; at < bytes.length; at += partBytes) {
    // Appended, or the pages would be left half empty.
    const isPut: unknown = parts.putSync(part++, bytes.subarray(at, at + partBytes), { append: true });
    if (isPut !== true) throw new Error(`Part ${part - 1} does not follow the last.`);
  }
  return part;
}

/** What a row of `batches` stands for, in the snapshot that it was read in. @throws journal.corrupt */
export function batchOfRow({ parts }: Pick<Tables, 'parts'>, row: Buffer): Buffer {
  const place = placeOf(row);
  if (!place) return row;
  // Whatever a row says that was altered, no more room is made than there are parts.
  if (!parts?.doesExist(place.first + place.parts - 1)) throw lacksPart();
  const bytes = Buffer.allocUnsafeSlow(place.bytes);
  for (let at = 0, part = place.first; at < bytes.length; at += partBytes) {
    // It lies in a room that is used again, and is longer than it says.
    const found = parts.getBinaryFast(part++);
    if (found?.length !== Math.min(partBytes, bytes.length - at)) throw lacksPart();
    bytes.set(found.subarray(0, found.length), at);
  }
  return bytes;
}

/** Within a transaction. */
export function removeBatch({ batches, parts }: BatchTables, first: number, row: Buffer): void {
  batches.remove(first);
  const place = placeOf(row);
  if (!place) return;
  for (let part = place.first; part < place.first + place.parts; part++) parts?.remove(part);
}

interface Place {
  readonly bytes: number;
  readonly first: number;
  readonly parts: number;
}

/** Undefined for a batch that is its row. */
function placeOf(row: Buffer): Place | undefined {
  if (row[0] !== inParts || row.length !== rowBytes) return undefined;
  const bytes = row.readUInt32LE(4);
  return { bytes, first: row.readDoubleLE(8), parts: Math.ceil(bytes / partBytes) };
}

function lacksPart(): PolarError {
  return new PolarError('journal.corrupt', 'A batch of the journal lacks a part.');
}

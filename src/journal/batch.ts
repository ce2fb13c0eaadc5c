import { createHash } from 'node:crypto';
import { checkRecord } from '../model/envelope.ts';
import { PolarError } from '../model/errors.ts';
import type { Segment } from '../model/run.ts';

/*
 * One committed batch as it lies in the journal: one value per batch, chained by hash.
 *
 *   0  u8  layout (1)          32  previous hash, 32 bytes
 *   4  u32 records             64  hash: SHA-256 of previous hash, bytes 0–31, and everything from 96 on
 *   8  f64 first sequence      96  segments: u16 topic length, u32 records, u32 bytes, topic, records
 *  16  f64 time, ms
 *  24  u32 segments
 */
const segmentsAt = 96;
const hashBytes = 32;
const segmentHeaderBytes = 10;

export interface StoredSegment extends Segment {
  readonly firstSequence: number;
}

export interface Batch {
  readonly firstSequence: number;
  readonly count: number;
  /** When it was committed, ms since the epoch. */
  readonly time: number;
  readonly previous: Buffer;
  /** The chain's head as of this batch. */
  readonly hash: Buffer;
  readonly segments: readonly StoredSegment[];
}

export interface JournalRecord {
  readonly sequence: number;
  readonly topic: string;
  /** An envelope. */
  readonly record: Buffer;
  /** Head of the chain as of its batch, hex. */
  readonly chainHead: string;
  /** When it was committed, ms since the epoch. */
  readonly time: number;
  /** The newest of its batch: a good place to save a position. */
  readonly isLast: boolean;
}

/** The hash before the first batch of a journal. */
export const genesis = Buffer.alloc(hashBytes);

export function encodeBatch(
  segments: readonly Segment[],
  firstSequence: number,
  time: number,
  previous: Buffer,
): { bytes: Buffer; hash: Buffer; count: number } {
  const topics = segments.map(({ topic }) => Buffer.from(topic));
  let size = segmentsAt;
  let count = 0;
  for (const [index, segment] of segments.entries()) {
    size += segmentHeaderBytes + topics[index]!.length + segment.bytes.length;
    count += segment.count;
  }
  const bytes = Buffer.allocUnsafe(size).fill(0, 0, segmentsAt);
  bytes[0] = 1;
  bytes.writeUInt32LE(count, 4);
  bytes.writeDoubleLE(firstSequence, 8);
  bytes.writeDoubleLE(time, 16);
  bytes.writeUInt32LE(segments.length, 24);
  bytes.set(previous, 32);
  let at = segmentsAt;
  for (const [index, segment] of segments.entries()) {
    const topic = topics[index]!;
    bytes.writeUInt16LE(topic.length, at);
    bytes.writeUInt32LE(segment.count, at + 2);
    bytes.writeUInt32LE(segment.bytes.length, at + 6);
    bytes.set(topic, at + segmentHeaderBytes);
    at += segmentHeaderBytes + topic.length;
    bytes.set(segment.bytes, at);
    at += segment.bytes.length;
  }
  const hash = hashOf(bytes);
  bytes.set(hash, 64);
  return { bytes, hash, count };
}

/** @throws journal.corrupt when lengths do not fit; whether the hash holds is `hashOf`'s question. */
export function decodeBatch(bytes: Buffer): Batch {
  if (bytes.length < segmentsAt || bytes[0] !== 1) throw corrupt('has no header');
  const firstSequence = bytes.readDoubleLE(8);
  const segments: StoredSegment[] = [];
  let at = segmentsAt;
  let sequence = firstSequence;
  for (let left = bytes.readUInt32LE(24); left > 0; left--) {
    if (bytes.length - at < segmentHeaderBytes) throw corrupt('is cut short');
    const topicBytes = bytes.readUInt16LE(at);
    const count = bytes.readUInt32LE(at + 2);
    const recordsAt = at + segmentHeaderBytes + topicBytes;
    const end = recordsAt + bytes.readUInt32LE(at + 6);
    if (end > bytes.length) throw corrupt('is cut short');
    const topic = bytes.toString('utf8', at + segmentHeaderBytes, recordsAt);
    segments.push({ topic, count, bytes: bytes.subarray(recordsAt, end), firstSequence: sequence });
    sequence += count;
    at = end;
  }
  const count = bytes.readUInt32LE(4);
  if (sequence - firstSequence !== count || at !== bytes.length)
    throw corrupt('has counts that do not add up');
  const time = bytes.readDoubleLE(16);
  return {
    firstSequence,
    count,
    time,
    previous: bytes.subarray(32, 64),
    hash: bytes.subarray(64, 96),
    segments,
  };
}

/** What the hash of a batch must be. */
export function hashOf(bytes: Buffer): Buffer {
  return createHash('sha256')
    .update(bytes.subarray(32, 64))
    .update(headerOf(bytes))
    .update(payloadOf(bytes))
    .digest();
}

/** Counts, first sequence and time, as they are hashed. */
export function headerOf(bytes: Buffer): Buffer {
  return bytes.subarray(0, 32);
}

/** The segments, as they are hashed. */
export function payloadOf(bytes: Buffer): Buffer {
  return bytes.subarray(segmentsAt);
}

/** The records of a segment, each with its sequence. */
export function* recordsOf(segment: StoredSegment): Generator<{ sequence: number; record: Buffer }> {
  let at = 0;
  for (let index = 0; index < segment.count; index++) {
    const length = checkRecord(segment.bytes, at, segment.bytes.length);
    yield { sequence: segment.firstSequence + index, record: segment.bytes.subarray(at, at + length) };
    at += length;
  }
}

function corrupt(what: string): PolarError {
  return new PolarError('journal.corrupt', `A batch of the journal ${what}.`);
}

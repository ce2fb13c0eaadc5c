import { PolarError } from './errors.ts';

/**
 * What travels between the processes and lies in the journal: a task on its way in, a record on its way out.
 * Data only; `body` is JSON text as bytes and is decoded by nobody but actors.
 */
export interface Envelope {
  /** Unique for admitted tasks; may be empty for numbered ones, which are named by source, key and number. */
  readonly id: string;
  /** Who numbers it: `scheduler`, `policy-watch`, `gateway`, or `pending` for rows of the journal. */
  readonly source: string;
  /** Rising per source and key. */
  readonly number: number;
  readonly flow: string;
  /** Index of the flow's step that it stands at. */
  readonly step: number;
  /** Routing key: tasks of one key run in order, one run at a time. */
  readonly key: string;
  /** Subject name; empty means the same as `key`. */
  readonly subject: string;
  /** When it came to be, ms since the epoch. */
  readonly time: number;
  /** Ms since the epoch; 0 for none. */
  readonly deadline: number;
  /** Deliveries, not failures: a crash before the receipt still spent one. At most 255. */
  readonly attempt: number;
  readonly correlationId: string;
  readonly causationId: string;
  /** W3C Trace Context. */
  readonly traceparent: string;
  /** Hash of the policy set that it was made under. */
  readonly policy: string;
  /** The host or resource that is asked, for limits over all workers. */
  readonly group: string;
  readonly body: Buffer;
}

/*
 * Layout, little endian; strings follow one another without separators, `source key group` first, so that
 * the subject finds everything that it routes by in one range of bytes:
 *
 *   0  u32 length of the whole record        24  f64 deadline
 *   4  u8  layout (1)                        32  u16 × 10 string lengths
 *   5  u8  attempt                           52  u32 body length
 *   6  u16 step                              56  strings, body
 *   8  f64 number
 *  16  f64 time
 */
export const headerBytes = 56;
const layout = 1;
const lengthsAt = 32;
const fields = [
  'source',
  'key',
  'group',
  'flow',
  'subject',
  'id',
  'correlationId',
  'causationId',
  'traceparent',
  'policy',
] as const;
type Field = (typeof fields)[number];
const fieldIndex = Object.fromEntries(fields.map((name, index) => [name, index])) as Record<Field, number>;

/** No record may be larger; a longer body is refused where it enters. */
export const maxRecordBytes = 16 * 1024 * 1024;

export function encodeEnvelope(envelope: Envelope): Buffer {
  let size = headerBytes + envelope.body.length;
  const lengths: number[] = [];
  for (const name of fields) {
    const length = Buffer.byteLength(envelope[name]);
    if (length > 0xffff) throw new PolarError('envelope.oversized', `${name} is longer than 65535 bytes.`);
    lengths.push(length);
    size += length;
  }
  if (size > maxRecordBytes) {
    throw new PolarError(
      'envelope.oversized',
      `The envelope has ${size} bytes, ${maxRecordBytes} are allowed.`,
    );
  }
  const record = Buffer.allocUnsafe(size);
  record.writeUInt32LE(size, 0);
  record[4] = layout;
  record[5] = Math.min(envelope.attempt, 255);
  record.writeUInt16LE(envelope.step, 6);
  record.writeDoubleLE(envelope.number, 8);
  record.writeDoubleLE(envelope.time, 16);
  record.writeDoubleLE(envelope.deadline, 24);
  record.writeUInt32LE(envelope.body.length, 52);
  let at = headerBytes;
  for (const [index, name] of fields.entries()) {
    record.writeUInt16LE(lengths[index]!, lengthsAt + 2 * index);
    at += record.write(envelope[name], at, 'utf8');
  }
  record.set(envelope.body, at);
  return record;
}

/** @throws envelope.malformed; lengths are checked before anything is read. */
export function decodeEnvelope(record: Buffer, start = 0): Envelope {
  const end = start + checkRecord(record, start, record.length);
  const text: Partial<Record<Field, string>> = {};
  let at = start + headerBytes;
  for (const [index, name] of fields.entries()) {
    const length = record.readUInt16LE(start + lengthsAt + 2 * index);
    text[name] = length === 0 ? '' : record.toString('utf8', at, at + length);
    at += length;
  }
  return {
    ...(text as Record<Field, string>),
    attempt: record[start + 5]!,
    step: record.readUInt16LE(start + 6),
    number: record.readDoubleLE(start + 8),
    time: record.readDoubleLE(start + 16),
    deadline: record.readDoubleLE(start + 24),
    body: record.subarray(at, end),
  };
}

/**
 * Length in bytes of the record that begins at `start` and must end by `limit`.
 * Everything that reads in place relies on this check: string and body lengths add up to the record's length.
 * @throws envelope.malformed
 */
export function checkRecord(bytes: Buffer, start: number, limit: number): number {
  if (limit - start < headerBytes) throw malformed('is cut short');
  const length = readUint32(bytes, start);
  if (bytes[start + 4] !== layout) throw malformed(`has the unknown layout ${bytes[start + 4]}`);
  if (length > maxRecordBytes || length > limit - start) throw malformed('is longer than its frame');
  let sum = headerBytes + readUint32(bytes, start + 52);
  for (let at = start + lengthsAt; at < start + lengthsAt + 2 * fields.length; at += 2)
    sum += readUint16(bytes, at);
  if (sum !== length) throw malformed('has lengths that do not add up');
  return length;
}

/** One string field, read in place. */
export function readField(bytes: Buffer, start: number, name: Field): string {
  let at = start + headerBytes;
  for (let index = 0; index < fieldIndex[name]; index++)
    at += readUint16(bytes, start + lengthsAt + 2 * index);
  const length = readUint16(bytes, start + lengthsAt + 2 * fieldIndex[name]);
  return length === 0 ? '' : bytes.toString('utf8', at, at + length);
}

export function readNumber(bytes: Buffer, start: number): number {
  return bytes.readDoubleLE(start + 8);
}

export function writeNumber(record: Buffer, number: number, start = 0): void {
  record.writeDoubleLE(number, start + 8);
}

export function writeAttempt(record: Buffer, attempt: number, start = 0): void {
  record[start + 5] = Math.min(attempt, 255);
}

export function writeStep(record: Buffer, step: number, start = 0): void {
  record.writeUInt16LE(step, start + 6);
}

/** The range of bytes that holds `source key group`: equal bytes with equal lengths are the same lane. */
export function laneEnd(bytes: Buffer, start: number): number {
  return (
    start +
    headerBytes +
    readUint16(bytes, start + lengthsAt) +
    readUint16(bytes, start + lengthsAt + 2) +
    readUint16(bytes, start + lengthsAt + 4)
  );
}

/** The body's bytes, read in place. */
export function bodyOf(bytes: Buffer, start: number): Buffer {
  const end = start + readUint32(bytes, start);
  return bytes.subarray(end - readUint32(bytes, start + 52), end);
}

/** A copy of a record with another body; everything else stays as it is. */
export function withBody(record: Buffer, start: number, body: Buffer): Buffer {
  const bodyAt = readUint32(record, start) - readUint32(record, start + 52);
  const copy = Buffer.allocUnsafe(bodyAt + body.length);
  record.copy(copy, 0, start, start + bodyAt);
  copy.set(body, bodyAt);
  copy.writeUInt32LE(copy.length, 0);
  copy.writeUInt32LE(body.length, 52);
  return copy;
}

function readUint16(bytes: Buffer, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8);
}

function readUint32(bytes: Buffer, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

function malformed(what: string): PolarError {
  return new PolarError('envelope.malformed', `A record ${what}.`);
}

import { PolarError } from './errors.ts';
import { readText, textBytes, writeText } from './short-text.ts';

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
 * Layout, little endian; strings follow one another without separators, `source key group flow` first, so that
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
const placeOf = Object.fromEntries(fields.map((name, place) => [name, place])) as Readonly<
  Record<Field, number>
>;
const { key: keyField, id: idField } = placeOf;

/** No record may be larger; a longer body is refused where it enters. */
export const maxRecordBytes = 16 * 1024 * 1024;
/** Keys and ids are keys of the journal's tables, which take 1,978 bytes with what stands around them. */
export const maxKeyBytes = 1500;

// Every task passes here more than once: no spread, no iterators, and nothing for fields that are empty.
/** @throws envelope.oversized, envelope.malformed for one without a key */
export function encodeEnvelope(envelope: Envelope): Buffer {
  if (envelope.key === '') throw malformed('has no key');
  const texts = [
    envelope.source,
    envelope.key,
    envelope.group,
    envelope.flow,
    envelope.subject,
    envelope.id,
    envelope.correlationId,
    envelope.causationId,
    envelope.traceparent,
    envelope.policy,
  ];
  let size = headerBytes + envelope.body.length;
  for (let index = 0; index < texts.length; index++) size += checkedLength(texts[index]!, index);
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
  for (let index = 0; index < texts.length; index++) {
    const text = texts[index]!;
    const length = writeText(record, text, at);
    record[lengthsAt + 2 * index] = length;
    record[lengthsAt + 2 * index + 1] = length >>> 8;
    at += length;
  }
  record.set(envelope.body, at);
  return record;
}

function checkedLength(text: string, index: number): number {
  if (text === '') return 0;
  const length = textBytes(text);
  const most = index === keyField || index === idField ? maxKeyBytes : 0xffff;
  if (length <= most) return length;
  throw new PolarError('envelope.oversized', `${fields[index]} is longer than ${most} bytes.`);
}

/**
 * An envelope in its record: a field is decoded when it is asked for, and most are never.
 * @throws envelope.malformed; lengths are checked before anything is read.
 */
export function decodeEnvelope(record: Buffer, start = 0): Envelope {
  checkRecord(record, start, record.length);
  return new EnvelopeInPlace(record, start);
}

/** Of a record that was checked already: nothing is looked at before it is asked for. */
export function envelopeAt(record: Buffer, start = 0): Envelope {
  return new EnvelopeInPlace(record, start);
}

class EnvelopeInPlace implements Envelope {
  readonly #record: Buffer;
  readonly #start: number;
  constructor(record: Buffer, start: number) {
    this.#record = record;
    this.#start = start;
  }
  get source(): string {
    return textAt(this.#record, this.#start, 0);
  }
  get key(): string {
    return textAt(this.#record, this.#start, 1);
  }
  get group(): string {
    return textAt(this.#record, this.#start, 2);
  }
  get flow(): string {
    return textAt(this.#record, this.#start, 3);
  }
  get subject(): string {
    return textAt(this.#record, this.#start, 4);
  }
  get id(): string {
    return textAt(this.#record, this.#start, 5);
  }
  get correlationId(): string {
    return textAt(this.#record, this.#start, 6);
  }
  get causationId(): string {
    return textAt(this.#record, this.#start, 7);
  }
  get traceparent(): string {
    return textAt(this.#record, this.#start, 8);
  }
  get policy(): string {
    return textAt(this.#record, this.#start, 9);
  }
  get attempt(): number {
    return this.#record[this.#start + 5]!;
  }
  get step(): number {
    return readUint16(this.#record, this.#start + 6);
  }
  get number(): number {
    return this.#record.readDoubleLE(this.#start + 8);
  }
  get time(): number {
    return this.#record.readDoubleLE(this.#start + 16);
  }
  get deadline(): number {
    return this.#record.readDoubleLE(this.#start + 24);
  }
  get body(): Buffer {
    return bodyOf(this.#record, this.#start);
  }
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
  const keyBytes = readUint16(bytes, start + lengthsAt + 2 * keyField);
  if (keyBytes === 0) throw malformed('has no key');
  if (keyBytes > maxKeyBytes || readUint16(bytes, start + lengthsAt + 2 * idField) > maxKeyBytes) {
    throw malformed('has a key or id that is too long');
  }
  return length;
}

/** One string field, read in place. */
export function readField(bytes: Buffer, start: number, name: Field): string {
  return textAt(bytes, start, placeOf[name]);
}

/** Per field, what was read last: neighbours mostly have the same flow and the same source. */
const recent: string[] = fields.map(() => '');

function textAt(bytes: Buffer, start: number, field: number): string {
  const lengthAt = start + lengthsAt + 2 * field;
  const length = readUint16(bytes, lengthAt);
  if (length === 0) return '';
  let at = start + headerBytes;
  for (let before = start + lengthsAt; before < lengthAt; before += 2) at += readUint16(bytes, before);
  recent[field] = readText(bytes, at, length, recent[field]!);
  return recent[field]!;
}

export function readNumber(bytes: Buffer, start: number): number {
  return bytes.readDoubleLE(start + 8);
}

export function readMoments(bytes: Buffer, start: number): { time: number; deadline: number } {
  return { time: bytes.readDoubleLE(start + 16), deadline: bytes.readDoubleLE(start + 24) };
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

/** The range of bytes that holds `source key group flow`: all that the subject routes by. */
export function laneEnd(bytes: Buffer, start: number): number {
  return (
    start +
    headerBytes +
    readUint16(bytes, start + lengthsAt) +
    readUint16(bytes, start + lengthsAt + 2) +
    readUint16(bytes, start + lengthsAt + 4) +
    readUint16(bytes, start + lengthsAt + 6)
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

import { bodyOf } from '../../model/envelope.ts';
import { messageOf, PolarError } from '../../model/errors.ts';
import type { Location } from '../../model/finding.ts';
import type { RoutingHeader } from './header.ts';

/*
 * A recording is a file of JSON lines: first what it is of, then each event with its routing header and its body, as the
 * body lay in the journal. The body stands last, so that it can be taken out as it is written.
 */

export interface RecordingHead {
  readonly kind: 'recording';
  readonly format: 1;
  /** Of the package that wrote it. */
  readonly version: string;
  readonly node: string;
  /** Id of the journal. */
  readonly journal: string;
  /** The sequence that it begins at; the first event is this one or a later one. */
  readonly first: number;
  /** When it was begun, RFC 3339. */
  readonly time: string;
}

export interface Recorded {
  readonly sequence: number;
  /** What it was about: a subject name. */
  readonly key: string;
  readonly subject: string;
  /** JSON text. */
  readonly body: string;
}

/** An event as a line; `record` is its envelope. A body that is no JSON is kept as base64. */
export function recordLine(header: RoutingHeader, record: Buffer): string {
  const bytes = bodyOf(record, 0);
  const text = bytes.toString();
  const opening = `{"sequence":${header.sequence},"header":${JSON.stringify(header)}`;
  const body = parsed(text);
  if (body === undefined) return `${opening},"base64":"${bytes.toString('base64')}"}`;
  const isOneLine = !text.includes('\n') && !text.includes('\r');
  return `${opening}${bodyName}${isOneLine ? text : JSON.stringify(body.value)}}`;
}

/** @throws recording.malformed, with the place */
export function readHead(line: string, file: string): RecordingHead {
  const head = objectIn(line, { file, line: 1, column: 1 });
  const { kind, format, journal, first } = head;
  if (kind !== 'recording' || typeof journal !== 'string' || typeof first !== 'number')
    throw malformed(
      'is no recording',
      { file, line: 1, column: 1 },
      'Record one with: pzm tap --record <file>',
    );
  if (format !== 1) {
    const hint = 'Use the version of polar-zmanager that wrote it.';
    throw malformed(`has the unknown format ${JSON.stringify(format)}`, { file, line: 1, column: 1 }, hint);
  }
  return head as unknown as RecordingHead;
}

/** @throws recording.malformed, with the place */
export function readRecorded(line: string, at: Location): Recorded {
  const { sequence, header, base64, ...rest } = objectIn(line, at);
  const { key, subject } = (header ?? {}) as Partial<Record<string, unknown>>;
  if (!Number.isSafeInteger(sequence) || typeof key !== 'string' || typeof subject !== 'string')
    throw malformed('has an event without its sequence, key and subject', at);
  if (base64 !== undefined) throw malformed('has an event whose body is no JSON, which cannot be pushed', at);
  if (!('body' in rest)) throw malformed('has an event without a body', at);
  return { sequence: sequence as number, key, subject, body: bodyIn(line, rest['body']) };
}

const bodyName = ',"body":';

/** As it was recorded: a number may have more digits than we can keep. A line that somebody has edited may be otherwise. */
function bodyIn(line: string, value: unknown): string {
  const text = JSON.stringify(value);
  const at = line.indexOf(bodyName);
  if (at < 0) return text;
  const written = line.slice(at + bodyName.length, line.lastIndexOf('}'));
  const read = parsed(written);
  return read !== undefined && JSON.stringify(read.value) === text ? written : text;
}

function objectIn(line: string, at: Location): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw malformed(
      `has a line that is no JSON: ${messageOf(cause)}`,
      at,
      'Take the line out, or record anew.',
    );
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw malformed('has a line that is no object', at);
}

function parsed(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function malformed(what: string, at: Location, hint = 'Take the line out.'): PolarError {
  return new PolarError('recording.malformed', `The recording ${what}.`, { at, hint });
}

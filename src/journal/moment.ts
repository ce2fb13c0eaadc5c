import type { JournalReader } from './journal.ts';

/** A place in the journal as people name one: a sequence, or a time in ms since the epoch. */
export type Moment =
  | { readonly kind: 'sequence'; readonly sequence: number }
  | { readonly kind: 'time'; readonly time: number };

/**
 * `7`, `10:04`, `10:04:12` or RFC 3339 (`2025-06-01T10:04:12Z`); undefined for anything else. A time of day is local,
 * and the last one that has been.
 */
export function parseMoment(written: string, now: number): Moment | undefined {
  if (/^\d{1,15}$/.test(written)) return { kind: 'sequence', sequence: Number(written) };
  const time = timeOfDay(written, now) ?? rfc3339(written);
  return time === undefined ? undefined : { kind: 'time', time };
}

type Reader = Pick<JournalReader, 'info' | 'batchAt'>;

/**
 * The newest sequence that was committed by then; one less than the oldest when there is none. Halves the journal: where
 * the clock was set back, several places have one time, and one of them is taken.
 */
export function sequenceBy(reader: Reader, moment: Moment): number {
  const { firstSequence, nextSequence } = reader.info();
  if (moment.kind === 'sequence') return Math.min(moment.sequence, nextSequence - 1);
  let [low, high] = [firstSequence, nextSequence];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const batch = reader.batchAt(middle)?.batch;
    if (batch && batch.time <= moment.time) low = batch.firstSequence + batch.count;
    // A batch was committed as a whole.
    else high = batch ? Math.max(low, Math.min(middle, batch.firstSequence)) : middle;
  }
  return low - 1;
}

/** The oldest sequence that was committed at that time or later; a sequence is itself. */
export function sequenceFrom(reader: Reader, moment: Moment): number {
  return moment.kind === 'sequence'
    ? moment.sequence
    : sequenceBy(reader, { kind: 'time', time: moment.time - 1 }) + 1;
}

function timeOfDay(written: string, now: number): number | undefined {
  const [, hours, minutes, seconds = '0'] = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(written) ?? [];
  if (hours === undefined || Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59)
    return undefined;
  const at = new Date(now);
  at.setHours(Number(hours), Number(minutes), Number(seconds), 0);
  if (at.getTime() > now) at.setDate(at.getDate() - 1);
  return at.getTime();
}

function rfc3339(written: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[+-]\d{2}:\d{2})$/.test(written))
    return undefined;
  const time = Date.parse(written.replace(' ', 'T'));
  return Number.isNaN(time) ? undefined : time;
}

import { recordAt } from '../journal/follow.ts';
import type { JournalReader } from '../journal/journal.ts';
import type { BridgeReader, SetAside } from '../journal/lmdb/bridge-reader.ts';
import { eventOf } from '../journal/record-event.ts';
import type { CloudEvent } from '../model/cloud-event.ts';
import { decodeEnvelope } from '../model/envelope.ts';
import { codeOf, PolarError } from '../model/errors.ts';
import { isoText } from './time-text.ts';

/** An event that a sink could not take. */
export interface SetAsideLine {
  /** The event's id. */
  readonly name: string;
  readonly kind: 'event';
  readonly sink: string;
  readonly state: SetAside['state'];
  readonly sequence: number;
  /** Null where the journal has it no more, or it is no event at all. */
  readonly type: string | null;
  readonly subject: string | null;
  readonly reason: string;
  readonly time: string;
  readonly attempts: number;
}

/** A task that could not be done. */
export interface DeadTaskLine {
  /** `dead-12`: not every task has an id. */
  readonly name: string;
  readonly kind: 'task';
  readonly id: string | null;
  readonly flow: string;
  readonly step: number;
  readonly subject: string;
  readonly reason: string;
  readonly time: string;
  readonly attempts: number;
  /** How often it was a dead letter before and was tried again. */
  readonly redrives: number;
}

type Reader = Pick<JournalReader, 'info' | 'batchAt' | 'keptRecord' | 'deadLetters'>;

/** Of one sink or of all, oldest first; at most so many each. */
export function setAsideLines(
  bridge: BridgeReader,
  reader: Reader,
  sink: string | undefined,
  most: number,
): SetAsideLine[] {
  const { id } = reader.info();
  return bridge
    .sinks()
    .filter(({ name }) => sink === undefined || name === sink)
    .flatMap(({ name }) => bridge.setAside(name, most))
    .map((row) => {
      const event = eventAt(reader, row.sequence);
      return {
        name: `${id}-${row.sequence}`,
        kind: 'event',
        sink: row.sink,
        state: row.state,
        sequence: row.sequence,
        type: event?.type ?? null,
        subject: event?.partitionkey ?? null,
        reason: row.reason,
        time: isoText(row.time),
        attempts: row.attempts,
      };
    });
}

export function deadTaskLines(reader: Reader, most: number): DeadTaskLine[] {
  return reader.deadLetters(most).map(deadTaskLine);
}

export function deadTaskLine(letter: ReturnType<JournalReader['deadLetters']>[number]): DeadTaskLine {
  const task = decodeEnvelope(letter.record);
  return {
    name: `dead-${letter.order}`,
    kind: 'task',
    id: task.id || null,
    flow: task.flow,
    step: task.step,
    subject: task.subject || task.key,
    reason: `${letter.code}: ${letter.message}`,
    time: isoText(letter.time),
    attempts: task.attempt + (letter.isUntried ? 0 : 1),
    redrives: letter.redrives ?? 0,
  };
}

/** What each sink has set aside of what is named, by id or sequence. @throws usage.invalid */
export function setAsideOf(
  bridge: BridgeReader,
  journalId: string,
  ids: readonly string[],
  sink: string | undefined,
): SetAside[] {
  const sinks = bridge.sinks().filter(({ name }) => sink === undefined || name === sink);
  return ids.flatMap((id) => {
    const sequence = sequenceIn(id, journalId);
    const rows =
      sequence === undefined ? [] : sinks.flatMap(({ name }) => bridge.rowOf(name, sequence) ?? []);
    if (rows.length > 0) return rows;
    const where = sink === undefined ? '' : ` by ${sink}`;
    throw new PolarError('usage.invalid', `No event "${id}" is set aside${where}.`, {
      hint: 'See what is with: pzm dlq list',
    });
  });
}

/** `<journal>-<sequence>`, or a sequence. */
export function sequenceIn(id: string, journalId: string): number | undefined {
  const [, digits] = /^(?:[0-9a-f]+-)?(\d{1,15})$/.exec(id) ?? [];
  if (digits === undefined) return undefined;
  return id === digits || id === `${journalId}-${digits}` ? Number(digits) : undefined;
}

/** Undefined where the journal has it no more, or it is no event. */
export function eventAt(
  reader: Pick<Reader, 'info' | 'batchAt' | 'keptRecord'>,
  sequence: number,
): CloudEvent | undefined {
  const record = recordAt(reader, sequence);
  if (!record) return undefined;
  try {
    return eventOf(record, reader.info());
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return undefined;
  }
}

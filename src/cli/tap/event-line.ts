import type { JournalRecord } from '../../journal/batch.ts';
import type { JournalInfo } from '../../journal/journal.ts';
import { createOutgoingEvents } from '../../journal/outgoing-events.ts';

/** The event of a record as it leaves, to the byte, but on one line. */
export interface EventLines {
  readonly journal: Pick<JournalInfo, 'id' | 'node'>;
  /** @throws body.not-data, subject-name.invalid */
  lineOf(record: JournalRecord): Buffer;
}

export function createEventLines(journal: EventLines['journal']): EventLines {
  const outgoingOf = createOutgoingEvents(journal);
  return { journal, lineOf: (record) => onOneLine(outgoingOf(record).text) };
}

/** Of JSON: the end of a line is no part of any text in it, and as good as a space. */
function onOneLine(json: Buffer): Buffer {
  for (const end of [lineFeed, carriageReturn])
    for (let at = json.indexOf(end); at !== -1; at = json.indexOf(end, at + 1)) json[at] = space;
  return json;
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;

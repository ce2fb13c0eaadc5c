import type { JournalRecord } from '../journal/batch.ts';
import { readJournal } from '../journal/follow.ts';
import type { JournalReader } from '../journal/journal.ts';

/** The journal's records from `from` on; undefined where it ends for now. */
export function createRecords(
  reader: Pick<JournalReader, 'batchAt'>,
  from: number,
): { next(): JournalRecord | undefined } {
  let next = from;
  let records = readJournal(reader, next);
  return {
    next() {
      const { done, value } = records.next();
      if (!done) {
        next = value.sequence + 1;
        return value;
      }
      records = readJournal(reader, next);
      return undefined;
    },
  };
}

import type { JournalRecord } from '../../journal/batch.ts';
import { followJournal } from '../../journal/follow.ts';
import { type Moment, sequenceFrom } from '../../journal/moment.ts';
import { eventOf } from '../../journal/record-event.ts';
import type { CloudEvent } from '../../model/cloud-event.ts';
import { codeOf, messageOf } from '../../model/errors.ts';
import { eventLines } from '../../model/event-text.ts';
import { openBell } from '../bell.ts';
import type { Call } from '../command.ts';
import { createEventFilter } from '../event-filter.ts';
import { noteIfDown, withJournal } from '../journal-access.ts';
import { removedText } from '../removed-text.ts';
import { openSignals } from '../signals.ts';

export async function run({ rest: patterns, options, output, project: load }: Call): Promise<number> {
  const project = load();
  const begin = options['from'] as Moment | 'beginning' | undefined;
  const isWanted = createEventFilter(patterns);
  const signals = openSignals();
  await withJournal(project, async (reader) => {
    const info = reader.info();
    const from =
      begin === undefined
        ? info.nextSequence
        : begin === 'beginning'
          ? info.firstSequence
          : sequenceFrom(reader, begin);
    await noteIfDown(project, output, 'no node runs here: reading what is there, and waiting for one');
    const bell = await openBell(project, ['']);
    output.note(`from seq ${from} on · Ctrl-C ends`);
    let next = Math.max(1, from);
    try {
      const { signal } = signals;
      for await (const record of followJournal({ reader, from, wake: bell.wake, signal })) {
        if (record.sequence > next) output.note(removedText(next, record.sequence - 1));
        next = record.sequence + 1;
        const event = readable(record, info, (problem) => output.note(problem));
        if (!event || !isWanted(record.topic, event)) continue;
        output.lines(output.format === 'jsonl' ? [JSON.stringify(event)] : eventLines(event, output.palette));
      }
    } finally {
      bell.close();
    }
  });
  signals.close();
  return signals.exitCode();
}

/** A record that is no event has gone into quarantine; it must not hide those behind it. */
function readable(
  record: JournalRecord,
  info: Parameters<typeof eventOf>[1],
  note: (problem: string) => void,
): CloudEvent | undefined {
  try {
    return eventOf(record, info);
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    note(`seq ${record.sequence} is no event: ${messageOf(error)}`);
    return undefined;
  }
}

import type { JournalInfo } from '../../journal/journal.ts';
import type { Call } from '../command.ts';
import { withJournal } from '../journal-access.ts';
import { isoText, timeText } from '../time-text.ts';

export async function run({ output, project }: Call): Promise<void> {
  const info = await withJournal(project(), (reader) => reader.info());
  const { created, nextSequence, ...rest } = info;
  const data = { ...rest, created: isoText(created), lastSequence: nextSequence - 1 };
  output.show(data, () => infoLines(info, Date.now()));
}

function infoLines(info: JournalInfo, now: number): string[] {
  const { id, node, created, schema, epoch, firstSequence, nextSequence, head, totals, pending, parked } =
    info;
  const records = nextSequence - firstSequence;
  return [
    `journal   ${id} of ${node} · since ${timeText(created, now)} · schema ${schema} · started ${epoch} times`,
    `records   ${records === 0 ? 'none' : `seq ${firstSequence}–${nextSequence - 1}`}`,
    `tasks     ${totals.settledTasks} settled · ${pending} pending · ${parked} parked · ${totals.deadLettered} dead-lettered`,
    `head      ${head}`,
  ];
}

import type { JournalSettings } from '../../config/polar-ini.ts';
import { journalDir } from '../../config/project.ts';
import type { JournalInfo } from '../../journal/journal.ts';
import { openReserve } from '../../journal/reserve.ts';
import type { JournalSize } from '../../journal/retention.ts';
import { formatByteSize } from '../../model/byte-size.ts';
import { formatDuration } from '../../model/duration.ts';
import { byteText } from '../byte-text.ts';
import type { Call } from '../command.ts';
import { countText } from '../count-text.ts';
import { withJournal } from '../journal-access.ts';
import { isoText, timeText } from '../time-text.ts';

export async function run({ output, project: load }: Call): Promise<void> {
  const project = load();
  const { info, size } = await withJournal(project, (reader) => ({
    info: reader.info(),
    size: reader.size(),
  }));
  const { created, nextSequence, removed, ...rest } = info;
  const reserveBytes = openReserve(journalDir(project)).sizeBytes();
  const data = {
    ...rest,
    created: isoText(created),
    lastSequence: nextSequence - 1,
    removed: removed && {
      lastSequence: info.firstSequence - 1,
      batches: removed.batches,
      at: isoText(removed.at),
    },
    size: { ...size, reserveBytes },
  };
  output.show(data, () => infoLines(info, { ...size, reserveBytes }, project.settings.journal, Date.now()));
}

function infoLines(
  info: JournalInfo,
  size: JournalSize & { readonly reserveBytes: number },
  { retainMs, maxBytes }: JournalSettings,
  now: number,
): string[] {
  const { id, node, created, schema, epoch, firstSequence, nextSequence, head, totals, pending, parked } =
    info;
  const { removed } = info;
  const records = nextSequence - firstSequence;
  const kept = retainMs === null ? 'for ever' : `for ${formatDuration(retainMs)}`;
  return [
    `journal   ${id} of ${node} · since ${timeText(created, now)} · schema ${schema} · opened ${countText(epoch, 'time')}`,
    `records   ${records === 0 ? 'none' : `seq ${firstSequence}–${nextSequence - 1}`}`,
    ...(removed
      ? [
          `removed   seq 1–${firstSequence - 1} in ${countText(removed.batches, 'batch', 'batches')}, last ${timeText(removed.at, now)}`,
        ]
      : []),
    `size      ${byteText(size.usedBytes)} of ${formatByteSize(maxBytes)}, kept ${kept} · file ${byteText(size.fileBytes)} · reserve ${byteText(size.reserveBytes)}`,
    `tasks     ${totals.settledTasks} settled · ${pending} pending · ${parked} parked · ${totals.deadLettered} dead-lettered`,
    `head      ${head}`,
  ];
}

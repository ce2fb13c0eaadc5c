import { printable } from '../../model/facts-text.ts';
import { alignColumns } from '../columns.ts';
import type { Call } from '../command.ts';
import { withJournal } from '../journal-access.ts';
import { withBridgeOf } from '../order-delivery.ts';
import { type DeadTaskLine, deadTaskLines, type SetAsideLine, setAsideLines } from '../set-aside.ts';
import { timeText } from '../time-text.ts';

const defaultMost = 1000;

export async function run({ options, output, project: load }: Call): Promise<void> {
  const { sink, most = defaultMost } = options as { sink?: string; most?: number };
  const project = load();
  const { lines, isCut } = await withJournal(project, (reader) =>
    withBridgeOf(project, (bridge) => {
      // One more than is shown, to know whether there are more.
      const events = setAsideLines(bridge, reader, sink, most + 1);
      const tasks = sink === undefined ? deadTaskLines(reader, most + 1) : [];
      const all = [...events, ...tasks];
      return { lines: all.slice(0, most), isCut: all.length > most };
    }),
  );
  output.show(lines, () => {
    const now = Date.now();
    return lines.length === 0
      ? ['nothing is set aside']
      : alignColumns(lines.map((line) => cells(line, now)));
  });
  if (isCut) output.note(`these are the oldest ${most}; there are more`);
}

function cells(line: SetAsideLine | DeadTaskLine, now: number): string[] {
  const time = timeText(Date.parse(line.time), now);
  const about =
    line.kind === 'event'
      ? `${line.state} by ${line.sink}`
      : `task of ${line.flow}${line.id === null ? '' : ` ${line.id}`}`;
  return [line.name, time, about, line.subject ?? 'no event', line.reason].map(printable);
}

import type { JournalReader } from '../../journal/journal.ts';
import type { ChargedAttempt } from '../../model/charge.ts';
import { bodyOf, decodeEnvelope } from '../../model/envelope.ts';
import { PolarError } from '../../model/errors.ts';
import { eventLines } from '../../model/event-text.ts';
import { printable } from '../../model/facts-text.ts';
import type { Call } from '../command.ts';
import { countText } from '../count-text.ts';
import { withJournal } from '../journal-access.ts';
import { withBridgeOf } from '../order-delivery.ts';
import { type DeadTaskLine, deadTaskLine, eventAt, sequenceIn, setAsideOf } from '../set-aside.ts';
import { isoText, timeText } from '../time-text.ts';

const mostDeadLetters = 10_000;

export async function run({ args: [id = ''], output, project: load }: Call): Promise<void> {
  const project = load();
  const now = Date.now();
  await withJournal(project, (reader) => {
    const task = deadTask(reader, id);
    if (task) return output.show(task, () => taskLines(task, now));
    return withBridgeOf(project, (bridge) => {
      const journalId = reader.info().id;
      const rows = setAsideOf(bridge, journalId, [id], undefined);
      const sequence = sequenceIn(id, journalId) ?? 0;
      const event = eventAt(reader, sequence) ?? null;
      const setAside = rows.map(({ time, ...row }) => ({ ...row, time: isoText(time) }));
      output.show({ name: `${journalId}-${sequence}`, kind: 'event', event, setAside }, () => [
        ...(event
          ? eventLines(event, output.palette)
          : [`seq ${sequence} is no event, or the journal has it no more`]),
        ...rows.map(
          ({ sink, state, reason, time, attempts }) =>
            `${printable(sink)}  ${state} since ${timeText(time, now)} after ${countText(attempts, 'attempt')}: ${printable(reason)}`,
        ),
        ...(event ? [JSON.stringify(event, null, 2)] : []),
      ]);
    });
  });
}

interface DeadTask extends DeadTaskLine {
  /** The newest attempts that failed before the letter was written, oldest first. */
  readonly history: readonly (Omit<ChargedAttempt, 'time'> & { readonly time: string })[];
  readonly body: unknown;
}

/** By `dead-<order>` or by its id; the newest where an id has several. */
function deadTask(reader: JournalReader, id: string): DeadTask | undefined {
  const letter = reader
    .deadLetters(mostDeadLetters)
    .findLast(({ order, record }) => `dead-${order}` === id || decodeEnvelope(record).id === id);
  if (!letter && id.startsWith('dead-')) {
    throw new PolarError('usage.invalid', `There is no dead letter "${id}".`, {
      hint: 'See what there is with: pzm dlq list',
    });
  }
  if (!letter) return undefined;
  const history = (letter.history ?? []).map((one) => ({ ...one, time: isoText(one.time) }));
  return { ...deadTaskLine(letter), history, body: dataOf(bodyOf(letter.record, 0)) };
}

function dataOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return body.toString();
  }
}

function taskLines(task: DeadTask, now: number): string[] {
  return [
    `${task.name}  ${task.id === null ? '' : `${printable(task.id)} · `}flow ${printable(task.flow)} · step ${task.step} · ${printable(task.subject)}`,
    `${timeText(Date.parse(task.time), now)} after ${countText(task.attempts, 'attempt')}: ${printable(task.reason)}`,
    ...task.history.map(
      ({ attempt, time, worker, code, message }) =>
        `attempt ${attempt}  ${timeText(Date.parse(time), now)}  ${printable(worker)}  ${printable(code)}: ${printable(message)}`,
    ),
    JSON.stringify(task.body, null, 2),
  ];
}

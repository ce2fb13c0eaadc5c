import { mostSequences } from '../model/delivery-order.ts';
import { PolarError } from '../model/errors.ts';
import { printable } from '../model/facts-text.ts';
import type { Call } from './command.ts';
import { countText } from './count-text.ts';
import { exitCodes } from './failure.ts';
import { withJournal } from './journal-access.ts';
import { type GivenOrder, orderDelivery, type Wish, withBridgeOf } from './order-delivery.ts';
import { lettersNamed, orderLetter } from './order-letter.ts';
import { setAsideOf } from './set-aside.ts';

interface OrderFlags {
  readonly all?: boolean;
  readonly sink?: string;
  readonly reason?: string;
}

/** `dlq retry` and `dlq drop`: an order for each task that is named, and for each sink that has set aside events that are. */
export async function orderSetAside(call: Call, kind: 'retry' | 'drop'): Promise<number> {
  const { rest, output } = call;
  const flags = call.options as OrderFlags;
  const project = call.project();
  if ((flags.all === true) === rest.length > 0) {
    throw new PolarError('usage.invalid', 'It is not clear which events are meant.', {
      hint: 'Write their ids, or --all; they are in: pzm dlq list',
    });
  }
  const reason = flags.reason ?? null;
  const letters = rest.length > 0 ? await lettersNamed(project, rest) : [];
  const ids = rest.filter((name) => !letters.some((letter) => letter.name === name));
  const tasks: OrderedTask[] = [];
  const wished = await withBridgeOf(project, async (bridge): Promise<Wish[]> => {
    if (flags.all) {
      return bridge
        .sinks()
        .filter(({ name }) => flags.sink === undefined || name === flags.sink)
        .filter(({ quarantined, redriving }) => quarantined + (kind === 'drop' ? redriving : 0) > 0)
        .map(({ name }) => ({ kind, sink: name, sequences: null, reason }));
    }
    const journalId = await withJournal(project, (reader) => reader.info().id);
    const rows = setAsideOf(bridge, journalId, ids, flags.sink);
    return [...new Set(rows.map(({ sink }) => sink))].map((sink) => {
      const sequences = rows.filter((row) => row.sink === sink).map(({ sequence }) => sequence);
      if (sequences.length > mostSequences) {
        throw new PolarError('usage.invalid', `An order names at most ${mostSequences} events.`, {
          hint: 'Give several, or use --all.',
        });
      }
      return { kind, sink, sequences, reason };
    });
  });
  const given: GivenOrder[] = [];
  await output.during('waiting until it is carried out', async () => {
    for (const { name, letter } of letters) {
      tasks.push({ name, kind: 'task', isDone: await orderLetter(project, { kind, letter, reason }) });
    }
    for (const wish of wished) given.push(await orderDelivery(project, wish));
  });
  const done = kind === 'retry' ? 'to be sent again' : 'dropped; they stay in the journal';
  output.show([...tasks, ...given], () =>
    tasks.length + given.length === 0
      ? ['nothing is set aside']
      : [
          ...tasks.map((task) => taskText(task, kind)),
          ...given.map(
            ({ name, sink, outcome }) =>
              `${printable(sink)}: ${outcome ? `${countText(outcome.affected, 'event')} ${done}` : waits} · order ${name}`,
          ),
        ],
  );
  return tasks.every(({ isDone }) => isDone) ? exitCodeOf(given) : exitCodes.findings;
}

/** A task whose dead letter was named. */
interface OrderedTask {
  readonly name: string;
  readonly kind: 'task';
  /** False when the letter was gone before the order came to it. */
  readonly isDone: boolean;
}

function taskText({ name, isDone }: OrderedTask, kind: 'retry' | 'drop'): string {
  const done = kind === 'retry' ? 'waits again, with its id' : 'dropped; the reason is in the journal';
  return `${printable(name)}: ${isDone ? done : 'somebody else was faster'}`;
}

export const waits = 'the bridge has not come to it yet; it will';

export function exitCodeOf(given: readonly GivenOrder[]): number {
  if (given.some(({ outcome }) => outcome?.refused !== undefined)) return exitCodes.findings;
  return given.every(({ outcome }) => outcome) ? exitCodes.ok : exitCodes.unavailable;
}

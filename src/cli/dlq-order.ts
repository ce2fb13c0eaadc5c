import { mostSequences } from '../model/delivery-order.ts';
import { PolarError } from '../model/errors.ts';
import { printable } from '../model/facts-text.ts';
import type { Call } from './command.ts';
import { countText } from './count-text.ts';
import { exitCodes } from './failure.ts';
import { withJournal } from './journal-access.ts';
import { type GivenOrder, orderDelivery, type Wish, withBridgeOf } from './order-delivery.ts';
import { setAsideOf } from './set-aside.ts';

interface OrderFlags {
  readonly all?: boolean;
  readonly sink?: string;
  readonly reason?: string;
}

/** `dlq retry` and `dlq drop`: an order for each sink that has set aside what is named. */
export async function orderSetAside(call: Call, kind: 'retry' | 'drop'): Promise<number> {
  const { rest: ids, output } = call;
  const flags = call.options as OrderFlags;
  const project = call.project();
  if ((flags.all === true) === ids.length > 0) {
    throw new PolarError('usage.invalid', 'It is not clear which events are meant.', {
      hint: 'Write their ids, or --all; they are in: pzm dlq list',
    });
  }
  const reason = flags.reason ?? null;
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
  for (const wish of wished) given.push(await orderDelivery(project, wish));
  const done = kind === 'retry' ? 'to be sent again' : 'dropped; they stay in the journal';
  output.show(given, () =>
    given.length === 0
      ? ['nothing is set aside']
      : given.map(
          ({ name, sink, outcome }) =>
            `${printable(sink)}: ${outcome ? `${countText(outcome.affected, 'event')} ${done}` : waits} · order ${name}`,
        ),
  );
  return exitCodeOf(given);
}

export const waits = 'the bridge has not come to it yet; it will';

export function exitCodeOf(given: readonly GivenOrder[]): number {
  if (given.some(({ outcome }) => outcome?.refused !== undefined)) return exitCodes.findings;
  return given.every(({ outcome }) => outcome) ? exitCodes.ok : exitCodes.unavailable;
}

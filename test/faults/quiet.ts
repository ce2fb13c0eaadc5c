import { auditJournal } from '../../src/journal/audit.ts';
import type { Account } from './account.ts';
import type { Arrivals } from './arrivals.ts';
import type { Bench } from './bench.ts';
import { expectationsOf } from './known-set.ts';
import type { Pushing } from './pushing.ts';
import { until } from './until.ts';

export interface QuietOptions {
  /** The ticks have gone on after so many observations. */
  readonly madeBefore?: number;
  /** Where everything that was committed must have arrived. */
  readonly owed?: Arrivals | undefined;
  readonly withinMs?: number;
}

/**
 * Nothing of the set is under way any more and every process is ready. Gives up without a word after a while: the
 * ledger says what is missing.
 */
export async function becomeQuiet(
  { node, account }: Pick<Bench, 'node' | 'account'>,
  pushing: Pushing,
  { madeBefore = -1, owed, withinMs = 90_000 }: QuietOptions = {},
): Promise<void> {
  let isPushed = false;
  const pushed = () => {
    isPushed = true;
  };
  pushing.done.then(pushed, pushed);
  const isQuiet = async () => {
    if (!isPushed) return false;
    const ids = [...expectationsOf(pushing.accepted.values()).keys()];
    const isSettled = await account.ask(
      (reader) =>
        ids.every((id) => reader.outcomeOf(id)?.state === 'settled') &&
        auditJournal(reader).observations.made > madeBefore,
    );
    if (!isSettled || !owed) return isSettled;
    await account.read();
    const arrived = await owed.collect();
    const setAside = await account.setAside();
    const isDealtWith = (event: string) => arrived.has(event) || setAside.has(event);
    return ids.every((id) => account.eventsOf(id).every(isDealtWith));
  };
  try {
    await until(
      'everything accepted to be settled',
      async () => {
        await node.ready();
        return (await isQuiet()) ? true : undefined;
      },
      withinMs,
    );
  } catch (error) {
    if (!(error as Error).message.startsWith('Waited')) throw error;
  } finally {
    pushing.stop();
  }
  await pushing.done;
}

export function observationsMade(account: Account): Promise<number> {
  return account.ask((reader) => auditJournal(reader).observations.made);
}

import { decodeEnvelope } from '../../src/model/envelope.ts';
import type { Account } from './account.ts';
import type { Arrivals } from './arrivals.ts';
import { expectationsOf } from './known-set.ts';
import type { Pushing } from './pushing.ts';

/** What has become of a set of tasks. */
export interface Ledger {
  /** Of those that were pushed, and of those that they emitted. */
  readonly accepted: number;
  readonly settled: number;
  /** Events in the journal. */
  readonly published: number;
  /** Of these, how many have arrived outside. */
  readonly delivered: number;
  /** Events that the journal has more than once. */
  readonly duplicated: number;
  readonly deadLettered: number;
  readonly quarantined: number;
  readonly lost: number;
  /** Whatever else contradicts the protocol's invariants. */
  readonly problems: readonly string[];
  /** What else there is to say of it. */
  readonly note?: string;
}

/** Adds up what the source was promised, what the journal holds and what has arrived. */
export async function balance(
  { accepted, total: totalOf }: Pushing,
  account: Account,
  arrivals: Arrivals,
  isOwed: boolean,
): Promise<Ledger> {
  const problems = [...(await account.problems())];
  const total = totalOf();
  const expected = expectationsOf(accepted.values());
  const arrived = await arrivals.collect();
  const setAside = await account.setAside();
  const counts = {
    settled: 0,
    published: 0,
    delivered: 0,
    duplicated: 0,
    deadLettered: 0,
    quarantined: 0,
    lost: 0,
  };
  if (accepted.size < total) problems.push(`${total - accepted.size} of ${total} were never accepted`);

  await account.ask((reader) => {
    const letters = countedIds(reader.deadLetters(100_000).map(({ record }) => record));
    for (const [id, { outcome, records }] of expected) {
      const row = reader.outcomeOf(id);
      const events = account.eventsOf(id);
      if (row?.state === 'settled') counts.settled++;
      if (row?.state !== 'settled' || events.length < records) {
        counts.lost++;
        problems.push(`${id} is ${row?.state ?? 'unknown'}, with ${events.length} events of ${records}`);
      } else if (row.outcome !== outcome)
        problems.push(`${id} is ${row.outcome} (${row.reason}), not ${outcome}`);
      counts.published += events.length;
      counts.delivered += events.filter((event) => arrived.has(event)).length;
      counts.quarantined += events.filter((event) => setAside.has(event) && !arrived.has(event)).length;
      counts.duplicated += Math.max(0, events.length - records);
      if (row?.state === 'settled' && row.outcome === 'dead-lettered') counts.deadLettered++;
      const letter = letters.get(id) ?? 0;
      if (letter !== (outcome === 'dead-lettered' ? 1 : 0)) problems.push(`${id} has ${letter} dead letters`);
    }
  });
  const missing = counts.published - counts.delivered - counts.quarantined;
  if (isOwed && missing > 0) problems.push(`${missing} events have not arrived at the ${arrivals.name}`);
  return { accepted: expected.size, ...counts, problems };
}

export function isSound({ accepted, settled, duplicated, lost, problems }: Ledger): boolean {
  return lost === 0 && duplicated === 0 && settled === accepted && problems.length === 0;
}

export function formatLedger(ledger: Ledger): string {
  const { problems, note, ...counts } = ledger;
  const numbers = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  if (note !== undefined) numbers.push(note);
  return [numbers.join(' · '), ...problems.slice(0, 8).map((problem) => `  ${problem}`)].join('\n');
}

function countedIds(records: readonly Buffer[]): Map<string, number> {
  const counted = new Map<string, number>();
  for (const record of records) {
    const { id } = decodeEnvelope(record);
    counted.set(id, (counted.get(id) ?? 0) + 1);
  }
  return counted;
}

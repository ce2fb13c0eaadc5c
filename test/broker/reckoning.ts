import type { CloudEvent } from '../../src/model/cloud-event.ts';
import type { Arrival } from './queue-reader.ts';

export interface Reckoning {
  /** Ids of events that were journaled and never came. */
  readonly lost: readonly string[];
  /** Came, and are not in the journal as they came. */
  readonly forged: readonly string[];
  /** Came for the first time after a later one of their routing key. */
  readonly late: readonly string[];
  /** Messages whose id had come before. */
  readonly duplicates: number;
}

/** Compares what was journaled with what came, in the order in which it came. */
export function reckon(journaled: readonly CloudEvent[], arrivals: readonly Arrival[]): Reckoning {
  const known = new Map(journaled.map((event) => [event.id, event]));
  const seen = new Set<string>();
  const lastOf = new Map<string, number>();
  const forged: string[] = [];
  const late: string[] = [];
  for (const { id, routingKey, body } of arrivals) {
    const event = known.get(id);
    if (!event || JSON.stringify(event) !== body || routingKey !== event.partitionkey) forged.push(id);
    if (seen.has(id)) continue;
    seen.add(id);
    const sequence = Number(event?.sequence);
    const last = lastOf.get(routingKey) ?? 0;
    if (sequence < last) late.push(id);
    lastOf.set(routingKey, Math.max(last, sequence));
  }
  const lost = journaled.map(({ id }) => id).filter((id) => !seen.has(id));
  return { lost, forged, late, duplicates: arrivals.length - seen.size };
}

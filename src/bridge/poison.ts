/*
 * Which event makes the broker close the channel (protocol.md, "Bridge"): a pure state machine. A closed channel says
 * that one of the events under way may be to blame, not which. From then on those events go alone, one after the
 * other, so that the next closed channel has an exact cause. Only an event that was alone on its way is charged, and
 * the second charge convicts it: an event that others were under way with is never set aside for their sake.
 */

export interface Poison {
  /** Sequences that were under way when a channel was closed, and are not settled since. */
  readonly suspects: Set<number>;
  /** Closed channels by the event that was alone on its way. */
  readonly strikes: Map<number, number>;
}

const strikesToConvict = 2;

export function createPoison(): Poison {
  return { suspects: new Set(), strikes: new Map() };
}

/** Whether events are to go one at a time. */
export function isCareful(poison: Poison): boolean {
  return poison.suspects.size > 0;
}

/** The broker closed the channel with these unconfirmed. Returns the one that is to be set aside, if that is now known. */
export function channelClosed(poison: Poison, underWay: readonly number[]): number | undefined {
  for (const sequence of underWay) poison.suspects.add(sequence);
  const [only] = underWay;
  if (only === undefined || underWay.length > 1) return undefined;
  const strikes = (poison.strikes.get(only) ?? 0) + 1;
  poison.strikes.set(only, strikes);
  return strikes >= strikesToConvict ? only : undefined;
}

/** Confirmed or set aside: it is no suspect any more. */
export function acquit(poison: Poison, sequence: number): void {
  poison.suspects.delete(sequence);
  poison.strikes.delete(sequence);
}

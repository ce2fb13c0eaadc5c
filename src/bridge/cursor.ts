/*
 * The bridge's cursor as a pure state machine (protocol.md, "Bridge"): it moves over the contiguous prefix of
 * sequences that are settled, so that after any crash the bridge reads on from it: duplicates, never gaps.
 */

export interface Cursor {
  /** Every sequence up to here is confirmed or quarantined. */
  settled: number;
  /** Every sequence up to here was handed to the sink in this life of the link. */
  sent: number;
  /** Settled ahead of the prefix. */
  readonly ahead: Set<number>;
  /** How often those behind the prefix were handed to the sink in lives of the link that are over. */
  readonly tries: Map<number, number>;
  /** How many may be on their way at once. */
  readonly window: number;
}

export function createCursor(settled: number, window: number): Cursor {
  return { settled, sent: settled, ahead: new Set(), tries: new Map(), window };
}

/** How many more may be handed to the sink now. */
export function roomOf(cursor: Cursor): number {
  return cursor.window - (cursor.sent - cursor.settled);
}

/** The next sequence to hand to the sink. */
export function nextToSend(cursor: Cursor): number {
  return cursor.sent + 1;
}

/** Returns how often this sequence has now been handed over, as far as this process knows. */
export function sent(cursor: Cursor, sequence: number): number {
  if (sequence !== cursor.sent + 1) throw new Error(`Sequence ${sequence} does not follow ${cursor.sent}.`);
  cursor.sent = sequence;
  return (cursor.tries.get(sequence) ?? 0) + 1;
}

/** Confirmed by the sink, or durably quarantined. True when the prefix moved: the new position is to be saved. */
export function settleSequence(cursor: Cursor, sequence: number): boolean {
  if (sequence <= cursor.settled || sequence > cursor.sent) return false;
  cursor.ahead.add(sequence);
  const before = cursor.settled;
  while (cursor.ahead.delete(cursor.settled + 1)) cursor.tries.delete(++cursor.settled);
  return cursor.settled > before;
}

/** The link broke or a message was refused for now: everything behind the prefix is sent again. */
export function rewind(cursor: Cursor): void {
  for (let sequence = cursor.settled + 1; sequence <= cursor.sent; sequence++) {
    cursor.tries.set(sequence, (cursor.tries.get(sequence) ?? 0) + 1);
  }
  cursor.sent = cursor.settled;
  cursor.ahead.clear();
}

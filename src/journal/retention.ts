/*
 * Which of the oldest batches may go, and which are to: retention takes whole batches from the beginning on, so that
 * what is left is a chain without a gap. Pure; the writer carries it out (lmdb/remove-oldest.ts).
 */

export interface RemovalRules {
  /** Records from this sequence on stay: somebody is not done with them yet. */
  readonly keepFrom: number;
  /** What was committed at this time or later stays: a period of looking that began then is not attested yet. */
  readonly keepSince: number;
  /** What was committed before is old enough to go. */
  readonly olderThan: number;
  /** So much is to go, oldest first, though it is not old. */
  readonly excessBytes: number;
}

export interface OldBatch {
  readonly firstSequence: number;
  readonly count: number;
  /** When it was committed, ms since the epoch. */
  readonly time: number;
  /** What its removal makes free: itself and its evidence. */
  readonly sizeBytes: number;
}

/** What one transaction removed. */
export interface Removed {
  readonly batches: number;
  readonly bytes: number;
  /** There may be more to go by the same rules. */
  readonly hasMore: boolean;
}

/** What was removed since the journal was made. */
export interface Removal {
  readonly batches: number;
  /** The last time that some were, ms since the epoch. */
  readonly at: number;
}

/** How large a journal is. */
export interface JournalSize {
  /** What it holds. Less than the file when something was removed: what is free there is used again, the file stays. */
  readonly usedBytes: number;
  readonly fileBytes: number;
}

/** Says of one batch after the other, from the oldest on, whether it goes: the first that stays ends it. */
export function createRemoval(rules: RemovalRules): { takes(batch: OldBatch): boolean } {
  let { excessBytes } = rules;
  return {
    takes({ firstSequence, count, time, sizeBytes }) {
      if (firstSequence + count > rules.keepFrom || time >= rules.keepSince) return false;
      if (time >= rules.olderThan && excessBytes <= 0) return false;
      excessBytes -= sizeBytes;
      return true;
    },
  };
}

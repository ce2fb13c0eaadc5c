import type { Charge } from '../model/charge.ts';
import type { Commit, CommittedEvidence, RecordRange } from '../model/commit.ts';
import type { DeadLetter, KeyRow, ParkedRow } from '../model/run.ts';
import type { Batch, JournalRecord } from './batch.ts';
import type { JournalSize, Removal, RemovalRules, Removed } from './retention.ts';

/** What has become of an admitted task or a child; kept for a day after it was settled. */
export type RowOutcome =
  | { readonly state: 'pending'; readonly order: number }
  /** It waits for an answer with this correlation id. */
  | { readonly state: 'parked'; readonly correlationId: string }
  | {
      readonly state: 'settled';
      readonly outcome: 'completed' | 'ended' | 'dead-lettered';
      readonly reason: string;
      /** What its run wrote to the journal. */
      readonly records: RecordRange;
      readonly time: number;
    };

export interface JournalInfo {
  readonly schema: number;
  /** Eight hex characters, made once per journal; event ids begin with it. */
  readonly id: string;
  readonly node: string;
  readonly created: number;
  readonly epoch: number;
  /** The oldest sequence that is still there, and the hash before it. */
  readonly firstSequence: number;
  readonly previousOfFirst: string;
  /** What retention took away before that; null while it took nothing. */
  readonly removed: Removal | null;
  /** The sequence of the next record; `nextSequence - 1` is the newest. */
  readonly nextSequence: number;
  /** Head of the hash chain, hex. */
  readonly head: string;
  readonly totals: Totals;
  readonly pending: number;
  /** Tasks that wait for an answer. */
  readonly parked: number;
}

/** Since the journal was made. */
export interface Totals {
  readonly settledTasks: number;
  /** Rows that were taken into `pending`, or parked without ever having been there. */
  readonly accepted: number;
  /** Rows that were settled otherwise than as a dead letter. */
  readonly completed: number;
  /** Rows that became dead letters. */
  readonly deadRows: number;
  /** Dead letters of any task. */
  readonly deadLettered: number;
  /** Dead letters that were tried again, each of which was accepted once more; and that were given up. */
  readonly retried?: number;
  readonly dropped?: number;
}

/** How the counts stood when a minute began: written with the first commit in it, as it was before that. */
export interface Tally {
  readonly nextSequence: number;
  readonly totals: Totals;
  readonly pending: number;
  readonly parked: number;
}

export interface StateRow {
  readonly key: string;
  readonly version: number;
  /** JSON text. */
  readonly value: Buffer;
}

export interface PendingRow {
  readonly order: number;
  readonly record: Buffer;
}

/**
 * Reads what is durable: whatever a reader sees, a power cut does not take back. Every method reads one newest
 * snapshot and holds none afterwards, so that nothing pins old pages across an `await`.
 */
export interface JournalReader {
  info(): JournalInfo;
  keyRow(key: string): KeyRow | undefined;
  /** What tasks of the key that are not settled have cost so far. */
  chargesOf(key: string): readonly Charge[];
  /** Of all keys. */
  charges(): readonly (readonly [key: string, charges: readonly Charge[]])[];
  stateRow(actor: string, key: string): StateRow | undefined;
  /** All rows of an actor, by key; or so many of those behind a key. */
  stateRows(actor: string, after?: string, most?: number): StateRow[];
  isPending(order: number): boolean;
  /** Rows after `order`, oldest first: no more than `most`, and none after those that come to `mostBytes`. */
  pendingAfter(order: number, most: number, mostBytes?: number): PendingRow[];
  outcomeOf(id: string): RowOutcome | undefined;
  parkedRow(correlationId: string): ParkedRow | undefined;
  /** Rows whose deadline is not after `time`, the longest overdue first. */
  parkedUntil(time: number, most: number): ParkedRow[];
  deadLetter(order: number): DeadLetter | undefined;
  deadLetters(most: number): (DeadLetter & { readonly order: number; readonly time: number })[];
  /** The batch that holds the sequence, or the next one after it; undefined at the end. Raw bytes for verification. */
  batchAt(sequence: number): { readonly batch: Batch; readonly bytes: Buffer } | undefined;
  /** Of a batch that is gone: what was kept of it, because a sink had set it aside. */
  keptRecord(sequence: number): JournalRecord | undefined;
  size(): JournalSize;
  /** The first one that tells of this minute or a later one; undefined when nothing was committed since. */
  tallyFrom(minute: number): { readonly minute: number; readonly tally: Tally } | undefined;
  /** How the run was made that wrote the sequence; undefined where it was not kept. */
  evidenceOf(sequence: number): CommittedEvidence | undefined;
  close(): Promise<void>;
}

/** The one writer (R7). */
export interface JournalWriter extends JournalReader {
  stateVersion(actor: string, key: string): number;
  knowsId(id: string): boolean;
  isParked(correlationId: string): boolean;
  isDead(order: number): boolean;
  /**
   * Writes all of it in one transaction and returns when it is durable.
   * @throws journal.full (nothing was written; try again when there is room), journal.stale-owner
   */
  commit(commit: Commit, time: number): Committed;
  /** Forgets ids of rows that were settled before `time`, at most `most` of them, and tallies of a month before it. */
  forgetIds(before: number, most: number): number;
  /**
   * Removes batches from the oldest on, in one transaction: whole ones, never the newest, and none that does not hold.
   * Records that `kept` names stay readable by `keptRecord`.
   * @throws journal.full, journal.stale-owner, journal.corrupt when the oldest batch does not hold
   */
  removeOldest(rules: RemovalRules, kept: readonly number[], time: number): Removed;
  /** Forgets records that were kept and that nobody wants any more. */
  forgetKept(isWanted: (sequence: number) => boolean): number;
}

export interface Committed {
  readonly records: RecordRange;
  /** Head of the hash chain after this commit. */
  readonly head: Buffer;
  readonly firstOrder: number;
}

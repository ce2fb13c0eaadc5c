import type { Charge } from './charge.ts';
import type {
  Child,
  DeadLetter,
  KeyRow,
  LetterOrder,
  ParkedRow,
  Receipt,
  Segment,
  SettledRow,
  StateWrite,
  Unpark,
} from './run.ts';

/** Everything that one transaction of the journal writes, as the integration manager decided it. */
export interface Commit {
  readonly segments: Segment[];
  /** Of the runs whose records these are; in the order of the sequences, not all of them. */
  readonly evidence: CommittedEvidence[];
  readonly keyRows: Map<string, KeyRow>;
  /** By key: all that is charged from now on, or nothing. Only of keys where that changes. */
  readonly charges: Map<string, readonly Charge[]>;
  /** The last write per row; `version` is the row's new version. */
  readonly states: Map<string, { readonly write: StateWrite; readonly version: number }>;
  readonly children: Child[];
  readonly settledRows: { readonly row: SettledRow; readonly records: RecordRange }[];
  readonly deadLetters: DeadLetter[];
  readonly letterOrders: LetterOrder[];
  readonly parks: ParkedRow[];
  readonly unparks: Unpark[];
  /** Published when the transaction is durable, never before. */
  readonly receipts: Receipt[];
  settledTasks: number;
  records: number;
}

/** How a run was made, for the records that it wrote. */
export interface CommittedEvidence extends RecordRange {
  readonly bytes: Buffer;
}

/** `count` sequences from `first` on. */
export interface RecordRange {
  readonly first: number;
  readonly count: number;
}

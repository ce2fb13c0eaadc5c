import type {
  Child,
  DeadLetter,
  KeyRow,
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
  readonly keyRows: Map<string, KeyRow>;
  /** The last write per row; `version` is the row's new version. */
  readonly states: Map<string, { readonly write: StateWrite; readonly version: number }>;
  readonly children: Child[];
  readonly settledRows: { readonly row: SettledRow; readonly records: RecordRange }[];
  readonly deadLetters: DeadLetter[];
  readonly parks: ParkedRow[];
  readonly unparks: Unpark[];
  /** Published when the transaction is durable, never before. */
  readonly receipts: Receipt[];
  settledTasks: number;
  records: number;
}

/** `count` sequences from `first` on. */
export interface RecordRange {
  readonly first: number;
  readonly count: number;
}

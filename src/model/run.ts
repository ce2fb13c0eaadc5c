import type { ChargedAttempt, TaskRef } from './charge.ts';

/**
 * What subject, workers and integration manager tell one another about runs (protocol.md, "Words" and R1–R5).
 * An incarnation is the unique name of one life of one process; only equality means anything.
 */

/** Up to 64 tasks of one key, in order, given to one worker. */
export interface Run {
  readonly id: string;
  readonly key: string;
  /** Envelope records, each checked as a whole; the attempt is written in them. */
  readonly tasks: readonly Buffer[];
}

/** A worker's word about a run that it no longer works on. */
export interface Report {
  readonly run: string;
  readonly worker: string;
  /** Tasks from the start of the run that its result settles; 0 when no result was sent. */
  readonly done: number;
  /** Incarnation of the integration manager that the result was sent to; empty when none was sent. */
  readonly sentTo: string;
  /** Why the task after the last done one is handed back. */
  readonly failure?: {
    readonly code: string;
    readonly message: string;
    readonly retryAfterMs: number;
    readonly task: TaskRef;
  };
}

/** A worker presents itself to a subject. */
export interface Hello {
  readonly worker: string;
  readonly incarnation: string;
  readonly version: string;
  /** How many runs it takes at a time. */
  readonly credit: number;
  /** Runs that it works on for an earlier subject: their keys stay busy until it reports them. `first` is charged if it dies. */
  readonly runs: readonly { readonly id: string; readonly key: string; readonly first: TaskRef }[];
}

/** Numbers of one source that a result settles: the first and last of the run, and how many tasks that is. */
export interface Mark {
  readonly source: string;
  readonly first: number;
  readonly last: number;
  readonly count: number;
}

export interface StateWrite {
  readonly actor: string;
  readonly key: string;
  /** Version of the row that the value was computed from; 0 for no row. */
  readonly base: number;
  /** JSON text. */
  readonly value: Buffer;
}

/** Consecutive records of one topic. */
export interface Segment {
  readonly topic: string;
  readonly count: number;
  readonly bytes: Buffer;
}

/** A row that came from outside or from another task, and is settled by being gone. */
export interface SettledRow {
  readonly order: number;
  readonly id: string;
  readonly outcome: 'completed' | 'ended' | 'dead-lettered' | 'parked';
  readonly reason: string;
}

/** A task that becomes a row of `pending` in the same transaction (R8). Its number is written by the integration manager. */
export interface Child {
  readonly id: string;
  readonly record: Buffer;
}

/** A task that waits for an answer (`@ASYNC`): the journal's row of its correlation id (R8). */
export interface ParkedRow {
  readonly correlationId: string;
  /** Of the task; it goes on under the same id. */
  readonly id: string;
  readonly key: string;
  /** Ms since the epoch; from then on the waiting is an error. */
  readonly deadline: number;
  /** Texts of the steps that are left, so that a flow that was changed meanwhile is noticed. */
  readonly remaining: readonly string[];
  /** The task, with the body that it was parked with. */
  readonly record: Buffer;
  /** It was no row of `pending` before: it counts as accepted from here on. */
  readonly isNew: boolean;
}

/** The end of a waiting. Answer and timeout race, and one wins, because both settle the same row. */
export interface Unpark {
  readonly correlationId: string;
  readonly id: string;
  /** The task that goes on, as a row of `pending`; undefined when its time was over, or it cannot go on. */
  readonly resumed: Buffer | undefined;
  /** Why it does not go on. */
  readonly reason: string;
}

export interface DeadLetter {
  readonly record: Buffer;
  readonly code: string;
  readonly message: string;
  /** Of its last delivery (`evidence-bytes.ts`); letters of older journals have none. */
  readonly evidence?: Buffer;
  /** Its attempts were used up when it was delivered, so that this delivery was none. */
  readonly isUntried?: true;
  /** Its attempts that failed, the newest of them, oldest first; without the last one where that ended in the letter. */
  readonly history?: readonly ChargedAttempt[];
  /** How often it was a dead letter before and was tried again. */
  readonly redrives?: number;
}

/** Somebody decided about a dead letter: it is gone, and its task waits again or not. */
export interface LetterOrder {
  /** Of the letter. */
  readonly order: number;
  /** The task as a row of `pending`, and what is kept of its past; undefined when it is given up. */
  readonly retried:
    | {
        readonly id: string;
        readonly key: string;
        readonly record: Buffer;
        readonly history: readonly ChargedAttempt[];
        readonly redrives: number;
      }
    | undefined;
}

/** Everything that one run produced; commits whole or not at all (R3). */
export interface Result {
  readonly run: string;
  readonly key: string;
  readonly worker: string;
  readonly marks: readonly Mark[];
  readonly rows: readonly SettledRow[];
  readonly states: readonly StateWrite[];
  readonly children: readonly Child[];
  readonly deadLetters: readonly DeadLetter[];
  readonly parks: readonly ParkedRow[];
  readonly unparks: readonly Unpark[];
  /** Only of a run that has any. */
  readonly letterOrders?: readonly LetterOrder[];
  readonly segments: readonly Segment[];
  /** How it was made, for whoever asks why (`evidence-bytes.ts`); empty where nothing is worth keeping. */
  readonly evidence: Buffer;
}

/** The integration manager's word about a run: what of its key is settled now. */
export interface Receipt {
  readonly run: string;
  readonly key: string;
  /** Last settled number per source, of this key. */
  readonly marks: readonly (readonly [source: string, last: number])[];
  /** Orders of the rows that this commit settled. */
  readonly rows: readonly number[];
  /** Nothing of the result was written: what is not settled is to be leased again. */
  readonly refused: boolean;
}

/** The journal's row of one key (R5). */
export interface KeyRow {
  /**
   * The last runs whose results came to the integration manager, committed or refused, newest first. More than
   * one, because a late result of a worker or subject that has died may come after the one somebody waits for.
   */
  readonly runs: readonly string[];
  readonly marks: Readonly<Record<string, number>>;
}

/** How many runs a key's row names. */
export const runsPerRow = 8;

/** The `source` of tasks that are rows of the journal's `pending` table; their number is the row's order. */
export const pendingSource = 'pending';

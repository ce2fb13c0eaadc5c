import type { Charge, KeyCharge } from '../model/charge.ts';
import type { KeyRow } from '../model/run.ts';
import { createLane, type Lane, waitingCount } from './lane.ts';

export interface SubjectOptions {
  /** Prefix of run ids: unique per life of the subject. */
  readonly incarnation: string;
  readonly tasksPerRun: number;
  /** Runs at once per group, over all workers. */
  readonly runsPerGroup: number;
  /** Runs of the product's own flows that each worker has besides its credit, at the most. */
  readonly ownRunsPerWorker: number;
}

/** What the subject reads of the journal; always the newest state. */
export interface SubjectView {
  keyRow(key: string): KeyRow | undefined;
  /** Of tasks of the key that are not settled. */
  chargesOf(key: string): readonly Charge[];
  /** Ms since the epoch, for what people will read: nothing is decided by it. */
  time(): number;
  isPending(order: number): boolean;
}

/** Runs of one group: how many there are now, and the lanes that wait for room. */
export interface Group {
  running: number;
  readonly waiting: Lane[];
}

export interface WorkerState {
  readonly name: string;
  readonly incarnation: string;
  readonly credit: number;
  /** What counts against its credit. */
  readonly runs: Map<string, Lane>;
  /** Runs of the product's own flows. */
  readonly own: Map<string, Lane>;
}

/** Lanes that may be leased, first come first served; `lanes.slice(head)` is the queue. */
export interface ReadyQueue {
  lanes: Lane[];
  head: number;
}

export interface SubjectState {
  readonly options: SubjectOptions;
  readonly lanes: Map<string, Lane>;
  readonly workers: Map<string, WorkerState>;
  /** Workers that may still work for an earlier subject; nothing is leased until each has said hello or is gone. */
  readonly awaited: Set<string>;
  /** Incarnations of workers that are about to end in peace: nothing more is leased to them. */
  leaving: ReadonlySet<string>;
  /** Names of the workers that there are to be; undefined until that is known. */
  roster: ReadonlySet<string> | undefined;
  /** Incarnations of workers that have ended: what they still had in a socket counts for nothing. */
  readonly ended: Set<string>;
  readonly ready: ReadyQueue;
  /** Of lanes whose next run is one of the product's own. */
  readonly readyOwn: ReadyQueue;
  readonly blocked: Set<Lane>;
  readonly groups: Map<string, Group>;
  /** By key: what its tasks that are not settled have cost so far, in the lives of subjects before this one too. */
  readonly charged: Map<string, readonly Charge[]>;
  /** Charges that the integration manager has not been sent. */
  unsentCharges: KeyCharge[];
  readonly counts: { taken: number; duplicate: number; leased: number; settled: number; handedBack: number };
  integrationManager: string;
  nextRun: number;
  waiting: number;
  /** Rows of `pending` that wait or run here; the shell reads more of them when there are few. */
  rowsHeld: number;
  /** And few bytes of them. */
  rowsHeldBytes: number;
  nowMs: number;
}

/** `charged` is what the journal holds. */
export function createSubject(
  options: SubjectOptions,
  awaited: Iterable<string> = [],
  charged: Iterable<readonly [key: string, charges: readonly Charge[]]> = [],
): SubjectState {
  return {
    options,
    lanes: new Map(),
    workers: new Map(),
    awaited: new Set(awaited),
    leaving: new Set(),
    roster: undefined,
    ended: new Set(),
    ready: { lanes: [], head: 0 },
    readyOwn: { lanes: [], head: 0 },
    blocked: new Set(),
    groups: new Map(),
    charged: new Map(charged),
    unsentCharges: [],
    counts: { taken: 0, duplicate: 0, leased: 0, settled: 0, handedBack: 0 },
    integrationManager: '',
    nextRun: 1,
    waiting: 0,
    rowsHeld: 0,
    rowsHeldBytes: 0,
    nowMs: 0,
  };
}

/** The lane of a key; the shell keeps it beside the key's bytes, so that a task costs one look-up. */
export function laneOf(state: SubjectState, key: string): Lane {
  let lane = state.lanes.get(key);
  if (!lane) {
    lane = createLane(key);
    state.lanes.set(key, lane);
  }
  return lane;
}

/** An idle lane is dropped: what it remembers, the journal knows (R5). */
export function forgetIfIdle(state: SubjectState, lane: Lane): void {
  if (lane.run || lane.queued || waitingCount(lane) > 0) return;
  lane.forgotten = true;
  state.lanes.delete(lane.key);
  state.blocked.delete(lane);
}

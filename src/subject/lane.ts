import type { TaskRef } from '../model/charge.ts';
import { pendingSource } from '../model/run.ts';

/** A task that waits in the subject: a range of bytes of the frame that it came in. */
export interface WaitingTask {
  readonly frame: Buffer;
  readonly start: number;
  readonly end: number;
  readonly source: string;
  readonly number: number;
  /** The host or resource that it asks; empty for none. */
  readonly group: string;
  /** Of one of the product's own flows: there is room for it though all runs are busy. */
  readonly isOwn: boolean;
  attempt: number;
}

/** A run that a worker has, or whose result is on its way to the journal. */
export interface OutstandingRun {
  readonly id: string;
  readonly worker: string;
  readonly tasks: readonly WaitingTask[];
  /** The task that its worker's death is charged to, also where an earlier subject has leased it and `tasks` are not known. */
  readonly first: TaskRef;
  /** The group that it counts in; empty for none. */
  readonly group: string;
  /** Set by the worker's report: from here on no worker works on it. */
  report:
    | { readonly done: number; readonly sentTo: string; readonly retryAfterMs: number | undefined }
    | undefined;
}

/** Everything the subject knows of one key. */
export interface Lane {
  readonly key: string;
  waiting: WaitingTask[];
  /** Index of the first waiting task; the ones before it are taken. */
  head: number;
  run: OutstandingRun | undefined;
  lastWorker: string | undefined;
  blockedUntilMs: number;
  /** Deaths of workers that its runs were present at; from two on it is leased alone (R9). */
  deaths: number;
  /** Stands in the queue of lanes that may be leased. */
  queued: boolean;
  /** Dropped from the subject; whoever kept it must ask for the key's lane again. */
  forgotten: boolean;
  /** Highest number taken in per source: replays are told from news. */
  readonly taken: Map<string, number>;
}

/** What is settled of a key, as a receipt or the journal tells it. */
export interface Settled {
  mark(source: string): number;
  isPending(order: number): boolean;
}

export function createLane(key: string): Lane {
  return {
    key,
    waiting: [],
    head: 0,
    run: undefined,
    lastWorker: undefined,
    blockedUntilMs: 0,
    deaths: 0,
    queued: false,
    forgotten: false,
    taken: new Map(),
  };
}

export function waitingCount(lane: Lane): number {
  return lane.waiting.length - lane.head;
}

/** False for a task that is known already: a source that replays, or a row read twice. */
export function takeIn(lane: Lane, task: WaitingTask): boolean {
  const highest = lane.taken.get(task.source);
  if (highest !== undefined && task.number <= highest) return false;
  lane.taken.set(task.source, task.number);
  lane.waiting.push(task);
  return true;
}

/** The group of the next run; undefined when nothing waits. */
export function nextGroup(lane: Lane): string {
  return lane.waiting[lane.head]?.group ?? '';
}

/** Its next run is one of the product's own, and under no suspicion: what may have killed workers goes as any other does. */
export function isOwn(lane: Lane): boolean {
  return lane.deaths < 2 && lane.waiting[lane.head]?.isOwn === true;
}

/** A run is one item of a message: past this it takes no further task. */
const runLimitBytes = 4 * 1024 * 1024;

/** The tasks of the next run: as many as follow one another in one group, and are the product's own or not, and fit. */
export function takeOut(lane: Lane, most: number): WaitingTask[] {
  const first = lane.waiting[lane.head];
  const limit = Math.min(lane.waiting.length, lane.head + most);
  let end = lane.head;
  for (let bytes = 0; end < limit && bytes < runLimitBytes; end++) {
    const task = lane.waiting[end]!;
    if (task.group !== first?.group || task.isOwn !== first.isOwn) break;
    bytes += task.end - task.start;
  }
  const tasks = lane.waiting.slice(lane.head, end);
  if (end === lane.waiting.length) {
    lane.waiting = [];
    lane.head = 0;
  } else {
    lane.head = end;
  }
  return tasks;
}

export interface SettledCounts {
  readonly settledTasks: number;
  /** Of these, rows of `pending`. */
  readonly settledRows: number;
  readonly settledRowBytes: number;
}

/** Ends the lane's run: what is settled is dropped, the rest stands again before everything that waits. */
export function endRun(lane: Lane, settled: Settled): SettledCounts {
  const counts = { settledTasks: 0, settledRows: 0, settledRowBytes: 0 };
  const isSettled = (task: WaitingTask): boolean => {
    const isRow = task.source === pendingSource;
    const is = isRow ? !settled.isPending(task.number) : task.number <= settled.mark(task.source);
    if (is) counts.settledTasks++;
    if (is && isRow) {
      counts.settledRows++;
      counts.settledRowBytes += task.end - task.start;
    }
    return is;
  };
  const rest = (lane.run?.tasks ?? []).filter((task) => !isSettled(task));
  lane.run = undefined;
  if (rest.length > 0) {
    lane.waiting = rest.concat(lane.waiting.slice(lane.head));
    lane.head = 0;
  }
  while (lane.head < lane.waiting.length && isSettled(lane.waiting[lane.head]!)) lane.head++;
  return counts;
}

import type { Charge, TaskRef } from '../../../src/model/charge.ts';
import { type KeyRow, pendingSource, type Receipt, type Report, runsPerRow } from '../../../src/model/run.ts';
import * as subject from '../../../src/subject/subject.ts';

export const manager = 'im1';

export interface Arrival {
  readonly source?: string;
  readonly group?: string;
  readonly attempt?: number;
  readonly isOwn?: boolean;
}

/**
 * A subject with a journal beside it that the tests write: what is leased, and what becomes of it, is said in one
 * line each.
 */
export class Desk {
  readonly state: subject.SubjectState;
  readonly rows = new Map<string, KeyRow>();
  readonly pending = new Set<number>();
  /** What the journal knows of attempts. */
  readonly charged = new Map<string, readonly Charge[]>();
  readonly view: subject.SubjectView = {
    keyRow: (key) => this.rows.get(key),
    isPending: (order) => this.pending.has(order),
    chargesOf: (key) => this.charged.get(key) ?? [],
    time: () => 1000,
  };

  constructor(
    options: Partial<subject.SubjectOptions> = {},
    awaited: readonly string[] = [],
    charged: readonly (readonly [string, readonly Charge[]])[] = [],
  ) {
    const defaults = { incarnation: 's', tasksPerRun: 64, runsPerGroup: 4, ownRunsPerWorker: 2 };
    this.state = subject.createSubject({ ...defaults, ...options }, awaited, charged);
    subject.lookUp(this.state, manager, this.view);
  }

  arrive(
    key: string,
    number: number,
    { source = 'ticks', group = '', attempt = 0, isOwn = false }: Arrival = {},
  ): void {
    if (source === pendingSource) this.pending.add(number);
    const place = { frame: Buffer.alloc(0), start: 0, end: 0 };
    const task = { ...place, source, number, group, attempt, isOwn };
    subject.take(this.state, subject.laneOf(this.state, key), task);
  }

  greet(
    worker: string,
    incarnation = `${worker}.1`,
    credit = 8,
    runs: { id: string; key: string; first?: TaskRef }[] = [],
  ): void {
    const begun = runs.map((run) => ({ first: { source: 'ticks', number: 1 }, ...run }));
    subject.hello(this.state, { worker, incarnation, version: '', credit, runs: begun }, this.view);
  }

  lose(worker: string, incarnation = `${worker}.1`, expected = false): void {
    const reason = expected ? 'exit 0' : 'SIGKILL';
    subject.workerGone(this.state, { worker, incarnation, reason, expected }, this.view);
  }

  lease(): subject.Lease[] {
    return subject.lease(this.state);
  }

  report(lease: subject.Lease, { failure, ...word }: WordOfRun = {}): void {
    const { run, worker } = lease;
    const done = word.done ?? lease.tasks.length;
    const task = lease.tasks[done];
    const report = {
      ...{ run, worker, done, sentTo: manager, ...word },
      ...(failure && task && { failure: { ...failure, task } }),
    };
    subject.reported(this.state, report, this.view);
  }

  /** The journal has the lease's first `done` tasks from now on; whoever is not told can look it up. */
  commit({ run, key, tasks }: subject.Lease, done = tasks.length): Receipt {
    const before = this.rows.get(key);
    const marks: Record<string, number> = { ...before?.marks };
    for (const { source, number } of tasks.slice(0, done)) {
      if (source === pendingSource) this.pending.delete(number);
      else marks[source] = number;
    }
    this.rows.set(key, { runs: [run, ...(before?.runs ?? [])].slice(0, runsPerRow), marks });
    return { run, key, marks: Object.entries(marks), rows: [], refused: false };
  }

  ring(...receipts: readonly Receipt[]): void {
    subject.received(this.state, receipts, this.view);
  }

  lookUp(integrationManager = manager): void {
    subject.lookUp(this.state, integrationManager, this.view);
  }

  passTime(nowMs: number): void {
    subject.passTime(this.state, nowMs);
  }

  /** Everything goes well. */
  settle(lease: subject.Lease): void {
    this.report(lease);
    this.ring(this.commit(lease));
  }
}

/** `w1 a 1 2 3`: to whom, which key, which numbers. */
export function said({ worker, key, tasks }: subject.Lease): string {
  return [worker, key, ...tasks.map(({ number }) => number)].join(' ');
}

/** What a report says beyond which run it is about; the task that failed is the first that is not done. */
interface WordOfRun extends Partial<Pick<Report, 'done' | 'sentTo'>> {
  readonly failure?: Omit<NonNullable<Report['failure']>, 'task'>;
}

export const failedNow: WordOfRun = {
  done: 0,
  sentTo: '',
  failure: { code: 'action.failed', message: 'no', retryAfterMs: 500 },
};

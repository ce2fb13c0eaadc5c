import fc from 'fast-check';
import type { Receipt } from '../../../src/model/run.ts';
import type { Lease } from '../../../src/subject/subject.ts';
import { Desk, failedNow } from './desk.ts';

const runsPerGroup = 2;
const credit = 3;
const ownRunsPerWorker = 1;
const groups = ['', 'north', 'south'] as const;
const workers = ['w1', 'w2'] as const;

/** `pick` chooses among the runs that are out, or whose results are on their way, if there are any. */
export type Happening =
  | { readonly what: 'arrive'; readonly key: string; readonly group: string; readonly isOwn: boolean }
  | { readonly what: 'settle' | 'fail' | 'hand back' | 'report' | 'commit'; readonly pick: number }
  | { readonly what: 'die' | 'greet'; readonly worker: string }
  | { readonly what: 'wait'; readonly ms: number }
  | { readonly what: 'look up' | 'new manager' };

export const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({
    what: fc.constant('arrive' as const),
    key: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    group: fc.constantFrom(...groups),
    isOwn: fc.boolean(),
  }),
  fc.record({
    what: fc.constantFrom(
      'settle' as const,
      'fail' as const,
      'hand back' as const,
      'report' as const,
      'commit' as const,
    ),
    pick: fc.nat(20),
  }),
  fc.record({ what: fc.constantFrom('die' as const, 'greet' as const), worker: fc.constantFrom(...workers) }),
  fc.record({ what: fc.constant('wait' as const), ms: fc.nat(600) }),
  fc.record({ what: fc.constantFrom('look up' as const, 'new manager' as const) }),
);

/** Plays the workers and the journal around a subject, and checks after each step what must always hold. */
export class Play {
  readonly desk = new Desk({ runsPerGroup, tasksPerRun: 3, ownRunsPerWorker });
  /** Last number that arrived, and that was settled, per key. */
  readonly arrived = new Map<string, number>();
  readonly settled = new Map<string, number>();
  /** Runs that a worker works on. */
  readonly #out = new Map<string, Lease>();
  /** Runs whose result is on its way to the journal. */
  readonly #sent = new Map<string, Lease>();
  /** Of each worker, how many lives it had; the ones that live now. */
  readonly #lives = new Map<string, number>();
  readonly #alive = new Set<string>();
  #nowMs = 0;
  #managers = 1;

  happen(happening: Happening): void {
    this.#do(happening);
    for (const lease of this.desk.lease()) {
      const busy = [...this.#out.values(), ...this.#sent.values()].some(({ key }) => key === lease.key);
      must(!busy, `${lease.key} is leased while it runs`);
      must(this.#alive.has(lease.worker), `${lease.worker} is given a run and does not live`);
      this.#out.set(lease.run, lease);
    }
    this.#checkLimits();
  }

  /** From now on nothing fails, so that everything that arrived must come through. */
  calm(): void {
    for (const worker of workers) this.happen({ what: 'greet', worker });
    let turns = 10 * [...this.arrived.values()].reduce((sum, number) => sum + number, 10);
    do {
      for (const lease of this.#out.values()) this.#settle(lease);
      for (const lease of this.#sent.values()) this.#commit(lease);
      this.happen({ what: 'look up' });
      this.happen({ what: 'wait', ms: 500 });
    } while (!this.#isIdle() && turns-- > 0);
  }

  #do(happening: Happening): void {
    switch (happening.what) {
      case 'arrive':
        this.#arrive(happening);
        break;
      case 'greet':
        this.#greet(happening.worker);
        break;
      case 'die':
        this.#die(happening.worker);
        break;
      case 'wait':
        this.#nowMs += happening.ms;
        this.desk.passTime(this.#nowMs);
        break;
      case 'new manager':
        // What was sent to the one before and is not in the journal is gone.
        this.#managers++;
        this.#sent.clear();
        this.desk.lookUp(this.#manager());
        break;
      case 'look up':
        this.desk.lookUp(this.#manager());
        break;
      case 'commit': {
        // The bell is not heard: only a look finds it.
        const lease = nth(this.#sent, happening.pick);
        if (lease) this.#commit(lease);
        break;
      }
      default: {
        const lease = nth(this.#out, happening.pick);
        if (lease) this.#end(lease, happening.what);
      }
    }
  }

  #end(lease: Lease, how: 'settle' | 'fail' | 'hand back' | 'report'): void {
    this.#out.delete(lease.run);
    if (how === 'settle') {
      this.#settle(lease);
      return;
    }
    if (how === 'report') this.#sent.set(lease.run, lease);
    const words = {
      report: { sentTo: this.#manager() },
      fail: failedNow,
      'hand back': { done: 0, sentTo: '' },
    };
    this.desk.report(lease, words[how]);
  }

  #arrive({ key, group, isOwn }: Extract<Happening, { what: 'arrive' }>): void {
    const number = (this.arrived.get(key) ?? 0) + 1;
    this.arrived.set(key, number);
    this.desk.arrive(key, number, { group, isOwn });
  }

  #greet(worker: string): void {
    if (this.#alive.has(worker)) return;
    this.#alive.add(worker);
    this.#lives.set(worker, (this.#lives.get(worker) ?? 0) + 1);
    this.desk.greet(worker, this.#incarnation(worker), credit);
  }

  #die(worker: string): void {
    if (!this.#alive.delete(worker)) return;
    for (const runs of [this.#out, this.#sent]) {
      for (const [run, lease] of runs) if (lease.worker === worker) runs.delete(run);
    }
    this.desk.lose(worker, this.#incarnation(worker));
  }

  #settle(lease: Lease): void {
    this.#out.delete(lease.run);
    this.desk.report(lease, { sentTo: this.#manager() });
    this.desk.ring(this.#commit(lease));
  }

  #commit(lease: Lease): Receipt {
    this.#sent.delete(lease.run);
    for (const { number } of lease.tasks) {
      must(number === (this.settled.get(lease.key) ?? 0) + 1, `${lease.key} ${number} is out of order`);
      this.settled.set(lease.key, number);
    }
    return this.desk.commit(lease);
  }

  #checkLimits(): void {
    const runs = [...this.#out.values()];
    for (const { key, tasks } of runs) {
      must(new Set(tasks.map(({ group }) => group)).size === 1, `a run of ${key} is of several groups`);
      must(new Set(tasks.map(({ isOwn }) => isOwn)).size === 1, `a run of ${key} is of two kinds`);
    }
    for (const group of groups.slice(1)) {
      const running = runs.filter(({ tasks }) => tasks[0]?.group === group).length;
      must(running <= runsPerGroup, `${running} runs ask ${group} at once`);
    }
    for (const worker of workers) {
      const { length: all } = runs.filter((lease) => lease.worker === worker);
      const { length: others } = runs.filter((lease) => lease.worker === worker && !lease.tasks[0]?.isOwn);
      must(others <= credit, `${worker} has ${others} runs`);
      must(all <= credit + ownRunsPerWorker, `${worker} has ${all} runs with the product's own`);
    }
  }

  #isIdle(): boolean {
    return [...this.arrived].every(([key, number]) => this.settled.get(key) === number);
  }

  #incarnation(worker: string): string {
    return `${worker}.${this.#lives.get(worker)}`;
  }

  #manager(): string {
    return `im${this.#managers}`;
  }
}

function nth(runs: ReadonlyMap<string, Lease>, pick: number): Lease | undefined {
  return [...runs.values()][pick % runs.size];
}

function must(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

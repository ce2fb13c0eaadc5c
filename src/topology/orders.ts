import { PolarError } from '../model/errors.ts';
import type { ProcessSupervisor } from '../supervision/process-supervisor.ts';
import { isWorker, mostWorkers, specOf, workerNames } from './processes.ts';
import type { Register } from './register.ts';

/** What a running node can be told to do with its processes. One order at a time. */
export interface Orders {
  /** @throws control.refused, node.busy */
  restart(name: string): Promise<Restarted>;
  /** @throws usage.invalid, control.refused, node.busy */
  scale(workers: number): Promise<Scaled>;
  /** Restarts one after the other, as part of a larger order. */
  restartEach(names: readonly string[]): Promise<void>;
  /** Carries out an order of several parts. @throws node.busy */
  alone<T>(what: string, order: () => Promise<T>): Promise<T>;
  /** As `scale`, as part of a larger order. */
  scaleTo(workers: number): Promise<void>;
  /** The names of the workers that there are to be. */
  roster(): readonly string[];
  /** The subject's word: nothing of this worker's life is under way. */
  noteIdle(incarnation: string): void;
}

export interface Restarted {
  readonly name: string;
  readonly tookMs: number;
  /** Null where there was none, as in a back-off. */
  readonly pidBefore: number | null;
  readonly pid: number;
}

export interface Scaled {
  readonly before: number;
  readonly workers: number;
  readonly tookMs: number;
}

/** How long a worker may take for what it has in hand. Past it, what is not finished is leased to another. */
const idleWithinMs = 30_000;

export interface OrdersOptions {
  readonly supervisor: ProcessSupervisor;
  readonly register: Register;
  /** Tells all processes who lives. */
  readonly announce: () => void;
  readonly workers: number;
}

export function createOrders({ supervisor, register, announce, workers }: OrdersOptions): Orders {
  let roster: readonly string[] = workerNames(workers);
  let current: string | undefined;
  const awaited = new Map<string, () => void>();

  /** Until nothing of the worker is under way, or it ends by itself. */
  const untilIdle = async (name: string) => {
    const life = register.lifeOf(name);
    if (life === undefined) return;
    const idle = new Promise<void>((resolve) => awaited.set(life, resolve));
    register.leave(name);
    announce();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, idleWithinMs);
    });
    await Promise.race([idle, late]);
    clearTimeout(timer);
    awaited.delete(life);
  };
  const restartOne = async (name: string) => {
    if (isWorker(name)) await untilIdle(name);
    if (name === 'integration-manager') {
      register.leave(name);
      announce();
    }
    await supervisor.restart(name);
  };
  const scaleTo = async (count: number) => {
    const before = roster;
    roster = workerNames(count);
    register.setRoster(roster);
    announce();
    const leaving = before.filter((name) => !roster.includes(name));
    await Promise.all([
      ...roster
        .filter((name) => !before.includes(name))
        .map((name) => supervisor.add(specOf('worker', name))),
      ...leaving.map(async (name) => {
        await untilIdle(name);
        await supervisor.remove(name);
      }),
    ]);
  };
  const alone = async <T>(what: string, order: () => Promise<T>): Promise<T> => {
    if (current !== undefined) {
      throw new PolarError('node.busy', `The node is told to ${current} already.`, {
        hint: 'Try again when it is done; pzm status shows how far it is.',
      });
    }
    current = what;
    try {
      return await order();
    } finally {
      current = undefined;
    }
  };
  const pidOf = (name: string) => supervisor.snapshot().find((one) => one.name === name)?.pid;

  return {
    restart: (name) =>
      alone(`restart ${name}`, async () => {
        const begun = performance.now();
        const pidBefore = pidOf(name) ?? null;
        await restartOne(name);
        return { name, tookMs: performance.now() - begun, pidBefore, pid: pidOf(name) ?? 0 };
      }),
    scale(count) {
      if (!Number.isInteger(count) || count < 1 || count > mostWorkers) {
        const message = `A node has from 1 to ${mostWorkers} workers, not "${count}".`;
        throw new PolarError('usage.invalid', message, { hint: 'Name a number of that range.' });
      }
      return alone(`scale to ${count}`, async () => {
        const [begun, before] = [performance.now(), roster.length];
        await scaleTo(count);
        return { before, workers: count, tookMs: performance.now() - begun };
      });
    },
    async restartEach(names) {
      for (const name of names) await restartOne(name);
    },
    alone,
    scaleTo,
    roster: () => roster,
    noteIdle(incarnation) {
      awaited.get(incarnation)?.();
    },
  };
}

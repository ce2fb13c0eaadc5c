import type { Bench } from './bench.ts';
import { createEndlessSet, type Kind } from './known-set.ts';
import { balance, type Ledger } from './ledger.ts';
import { startPushing } from './pushing.ts';
import { becomeQuiet } from './quiet.ts';
import type { PlannedFault } from './schedule.ts';
import { until } from './until.ts';

export interface ChaosResult {
  readonly ledger: Ledger;
  /** From each fault to the process's successor being ready, ms. */
  readonly healMs: readonly number[];
  /** Faults that found their process down already. */
  readonly missed: number;
  /** How often the node gave up, and was started again. */
  readonly startedAgain: number;
}

const kinds: readonly Kind[] = [
  'count',
  'count',
  'family',
  'count',
  'slow',
  'count',
  'asking',
  'flaky',
  'broken',
];

/** Pushes without an end while the planned faults happen, then at least until `tasks` are accepted, and adds up. */
export async function runChaos(
  bench: Bench,
  faults: readonly PlannedFault[],
  { tasks }: { readonly tasks: number },
): Promise<ChaosResult> {
  const { node, project, account, arrivals } = bench;
  await node.start();
  const pushing = startPushing(project, createEndlessSet({ name: 'chaos', lanes: 60, kinds }));
  const healing: Promise<number | undefined>[] = [];
  const watch = keepUp(bench);
  const begun = performance.now();
  for (const fault of faults) {
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, begun + fault.atMs - performance.now())));
    healing.push(strike(bench, fault));
  }
  const healed = await Promise.all(healing);
  await until('enough to be accepted', () => pushing.accepted.size >= tasks || undefined, 600_000);
  pushing.finish();
  await watch.stop();
  await becomeQuiet(bench, pushing, { withinMs: 300_000 });
  const healMs = healed.filter((ms) => ms !== undefined);
  return {
    ledger: await balance(pushing, account, arrivals, false),
    healMs,
    missed: healed.length - healMs.length,
    startedAgain: watch.startedAgain(),
  };
}

/** Starts the node again whenever it has given up: eleven restarts within a minute are too many for it. */
function keepUp({ node }: Bench) {
  let isOver = false;
  let startedAgain = 0;
  const ended = (async () => {
    while (!isOver) {
      // It is not waited for: the next fault may be faster than all of its processes.
      if (!node.isUp()) {
        startedAgain++;
        await node.beginAnew();
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  return {
    startedAgain: () => startedAgain,
    stop() {
      isOver = true;
      return ended;
    },
  };
}

/** How long it took until the process was ready again; undefined when there was none to strike. */
async function strike({ node }: Bench, { process: name, fault }: PlannedFault): Promise<number | undefined> {
  const pid = (await node.processes()).find((line) => line.name === name && line.state === 'ready')?.pid;
  if (pid === undefined) return undefined;
  const begun = performance.now();
  try {
    await befall[fault](node, name, pid);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return undefined;
    throw error;
  }
  return until(
    `${name} after ${fault}`,
    async () => {
      const line = (await node.processes()).find((process) => process.name === name);
      const isBack = line?.state === 'ready' && (line.pid !== pid || fault === 'pause');
      return isBack ? performance.now() - begun : undefined;
    },
    300_000,
  );
}

const pauseMs = 1500;

const befall: Readonly<
  Record<PlannedFault['fault'], (node: Bench['node'], name: string, pid: number) => Promise<void>>
> = {
  async SIGKILL(_node, _name, pid) {
    process.kill(pid, 'SIGKILL');
  },
  exception: (node, name) => node.command(name, { fault: 'throw' }),
  'exit in a commit': (node, name) => node.command(name, { fault: 'end-in-commit', at: 'inside' }),
  async pause(_node, _name, pid) {
    process.kill(pid, 'SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    process.kill(pid, 'SIGCONT');
  },
};

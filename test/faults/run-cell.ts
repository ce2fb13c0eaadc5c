import { type Bench, freshen } from './bench.ts';
import type { Cell, Phase } from './cell.ts';
import { createSet, mixed, slowOnes } from './known-set.ts';
import { balance, type Ledger } from './ledger.ts';
import type { ProcessLine } from './node.ts';
import { type Pushing, startPushing } from './pushing.ts';
import { becomeQuiet, observationsMade } from './quiet.ts';
import { until } from './until.ts';

/** Pushes a known set, lets the fault happen in its phase, waits until nothing is under way, and adds up. */
export async function runCell(
  bench: Bench,
  cell: Cell,
  name: string,
  { quietWithinMs = 90_000 }: { readonly quietWithinMs?: number } = {},
): Promise<Ledger> {
  await freshen(bench);
  const { node, account, arrivals } = bench;
  const madeBefore = await observationsMade(account);
  const before = await node.processes();
  const pushing = await stages[cell.phase](bench, cell, name);
  const after = await node.ready();
  // A terminal shows what is committed while its node runs.
  const isSameNode = before[0]?.pid === after[0]?.pid;
  const owed = arrivals.isComplete || isSameNode ? arrivals : undefined;
  await becomeQuiet(bench, pushing, { madeBefore, owed, withinMs: quietWithinMs });
  const ledger = await balance(pushing, account, arrivals, owed !== undefined);
  return { ...ledger, problems: [...ledger.problems, ...wrongVictims(cell, before, await node.processes())] };
}

/** Whether the fault was one: the process that it befell is another one now, or the same, as it should. */
function wrongVictims({ fault, victim, phase }: Cell, before: Processes, after: Processes): string[] {
  if (!fault.leaves || phase !== 'under load' || victim.processes.includes('supervisor')) return [];
  const pidIn = (processes: Processes, name: string) =>
    processes.find((process) => process.name === name)?.pid;
  return victim.processes.flatMap((name) => {
    const found = pidIn(before, name) === pidIn(after, name) ? 'the same' : 'another';
    return found === fault.leaves ? [] : [`${name} is ${found} process`];
  });
}

type Processes = readonly ProcessLine[];
type Stage = (bench: Bench, cell: Cell, name: string) => Promise<Pushing>;

const stages: Readonly<Record<Phase, Stage>> = {
  async idle(bench, cell, name) {
    await befall(bench, cell);
    return push(bench, cell, name);
  },

  async 'under load'(bench, cell, name) {
    const pushing = push(bench, cell, name);
    await accepted(pushing, 1 / 3);
    await befall(bench, cell, pushing);
    return pushing;
  },

  async starting(bench, cell, name) {
    const { node } = bench;
    const pushing = push(bench, cell, name);
    await accepted(pushing, 1 / 2);
    await node.killAll();
    node.begin();
    await until('the first process', async () => (await node.processes())[1]?.pid);
    await befall(bench, cell, pushing);
    return pushing;
  },

  async draining(bench, cell, name) {
    const { node } = bench;
    const pushing = push(bench, cell, name);
    await accepted(pushing, 1 / 2);
    const down = node.beginDown();
    await until('the drain', async () => {
      const processes = await node.processes();
      return processes.length === 0 || processes.some(({ state }) => state === 'draining') ? true : undefined;
    });
    await befall(bench, cell, pushing);
    await down;
    await node.ended();
    return pushing;
  },

  async 'catching up'(bench, cell, name) {
    const { node } = bench;
    const pushing = startPushing(bench.project, createSet({ name, lanes: 6, kinds: slowOnes, restMs: 200 }));
    await accepted(pushing, 3 / 4);
    await node.killAll();
    await node.start();
    await befall(bench, cell, pushing);
    return pushing;
  },
};

function push(bench: Bench, { fault }: Cell, name: string): Pushing {
  return startPushing(bench.project, createSet({ name, lanes: 5, kinds: fault.kinds ?? mixed }));
}

async function befall({ node }: Bench, { fault, victim }: Cell, pushing?: Pushing): Promise<void> {
  try {
    await fault.inject(node, victim.processes);
  } catch (error) {
    // In the midst of a drain or a start it may be gone by itself: then its end was tried by another.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
  if (!fault.lift) return;
  if (pushing) await Promise.race([pushing.done, new Promise((resolve) => setTimeout(resolve, 2000))]);
  await fault.lift(node, victim.processes);
}

function accepted(pushing: Pushing, part: number): Promise<true> {
  return until('enough to be accepted', () =>
    pushing.accepted.size >= pushing.total() * part ? true : undefined,
  );
}

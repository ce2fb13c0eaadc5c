import { expect, test } from 'vitest';
import { openBench } from './bench.ts';
import { type Cell, victims } from './cell.ts';
import { sigkill } from './injectors/signals.ts';
import { createSet, type Kind, mixed } from './known-set.ts';
import { balance, formatLedger, isSound, type Ledger } from './ledger.ts';
import {
  noDeduplication,
  noGate,
  receiptsBeforeCommit,
  seenBeforeDurable,
  timerLeases,
} from './mutations.ts';
import { openPatchedProduct, type Patch } from './patched-product.ts';
import { buildPowerSwitch, cutPower } from './power.ts';
import { hasCompiler } from './preload-library.ts';
import { startPushing } from './pushing.ts';
import { becomeQuiet } from './quiet.ts';
import { report } from './report.ts';
import { runCell } from './run-cell.ts';
import { isChosen } from './selection.ts';
import { startSlowOpener } from './slow-opener.ts';
import { until } from './until.ts';

/*
 * The harness can fail: each rule of the protocol is broken in a copy of the product, and a cell that is green with the
 * rule is red without it.
 */

interface Proof {
  readonly rule: string;
  readonly mutation: readonly Patch[];
  /** What it takes is written in C. */
  readonly needsCompiler?: true;
  run(bench: Awaited<ReturnType<typeof openBench>>, isMutated: boolean, command: string): Promise<Ledger>;
  /** What is wrong without the rule. */
  readonly isRed: (ledger: Ledger) => boolean;
}

// Both, for the subject alone would see to it that what the other has not written is done again.
const killed: Cell = {
  fault: sigkill,
  victim: victims['subject and integration-manager'],
  phase: 'under load',
  isSample: true,
};

const proofs: readonly Proof[] = [
  {
    rule: 'receipts come after the commit',
    mutation: receiptsBeforeCommit,
    run: (bench, isMutated) =>
      runCell(bench, killed, 'early', { quietWithinMs: isMutated ? 15_000 : 90_000 }),
    isRed: ({ lost }) => lost > 0,
  },
  {
    rule: 'the same id is the same task',
    mutation: noDeduplication,
    run: (bench) => pushAndBalance(bench, mixed, { isRepeated: true }),
    isRed: ({ duplicated }) => duplicated > 0,
  },
  {
    rule: 'a run ends by word, not by timer',
    mutation: timerLeases,
    run: (bench) => pushAndBalance(bench, ['slow', 'count'], { restMs: 5000 }),
    isRed: ({ problems }) => problems.some((problem) => problem.startsWith('a key ran twice at once')),
  },
  {
    rule: 'what a reader has seen survives a power cut',
    mutation: seenBeforeDurable,
    needsCompiler: true,
    run: runPowerCut,
    isRed: ({ problems }) => problems.some((problem) => problem.startsWith('what was seen before')),
  },
  {
    rule: 'nobody opens the journal during a commit',
    mutation: noGate,
    needsCompiler: true,
    run: runSlowOpener,
    isRed: ({ lost, problems }) => lost > 0 || problems.some((problem) => problem.endsWith('never accepted')),
  },
];

for (const { rule, mutation, needsCompiler, run, isRed } of proofs) {
  const needsPower = mutation === seenBeforeDurable;
  for (const isMutated of [false, true]) {
    const name = `${isMutated ? 'mutation: without' : 'with'} "${rule}"`;
    const isSample = isMutated || needsCompiler === true;
    test.runIf((hasCompiler || !needsCompiler) && isChosen(name, isSample))(name, async () => {
      const product = openPatchedProduct(isMutated ? mutation : []);
      const power = needsPower ? buildPowerSwitch() : undefined;
      const bench = await openBench({ command: product.command, env: power?.env ?? {} });
      try {
        await bench.node.start();
        let found: Ledger | undefined;
        const outcome = await report(
          name,
          async () => {
            found = await run(bench, isMutated, product.command);
            return found;
          },
          (ledger) => (isMutated ? isRed(ledger) : isSound(ledger)),
        );
        expect(outcome.isSound, found ? formatLedger(found) : outcome.text).toBe(true);
      } finally {
        await bench.close();
        product.remove();
        power?.remove();
      }
    });
  }
}

type TestBench = Parameters<Proof['run']>[0];

async function pushAndBalance(
  bench: TestBench,
  kinds: readonly Kind[],
  { isRepeated = false, restMs = 120 }: { readonly isRepeated?: boolean; readonly restMs?: number },
): Promise<Ledger> {
  const set = createSet({ name: 'proof', lanes: 4, kinds, restMs });
  const pushing = startPushing(bench.project, set, { isRepeated });
  await becomeQuiet(bench, pushing);
  return balance(pushing, bench.account, bench.arrivals, false);
}

const nothing: Ledger = {
  accepted: 0,
  settled: 0,
  published: 0,
  delivered: 0,
  duplicated: 0,
  deadLettered: 0,
  quarantined: 0,
  lost: 0,
  problems: [],
};

/** The lanes go on while somebody opens the journal all the time, and takes long to. */
async function runSlowOpener(bench: TestBench, isMutated: boolean, command: string): Promise<Ledger> {
  const opener = startSlowOpener(bench.project, command);
  let isAtIt = false;
  let ledger: Ledger;
  try {
    const set = createSet({ name: 'open', lanes: 4, kinds: [...mixed, ...mixed] });
    const pushing = startPushing(bench.project, set);
    await becomeQuiet(bench, pushing, { withinMs: isMutated ? 15_000 : 90_000 });
    ledger = await balance(pushing, bench.account, bench.arrivals, false);
  } finally {
    isAtIt = await opener.stop();
  }
  return isAtIt
    ? ledger
    : { ...ledger, problems: [...ledger.problems, 'nobody opened the journal any more'] };
}

/** Several cuts: what a reader sees in the moment before each must be there after it. */
async function runPowerCut(bench: TestBench): Promise<Ledger> {
  const set = createSet({ name: 'cut', lanes: 4, kinds: [...mixed, ...mixed] });
  const pushing = startPushing(bench.project, set);
  const problems: string[] = [];
  for (const part of [1 / 8, 1 / 3, 1 / 2]) {
    await until('enough to be accepted', () => pushing.accepted.size >= pushing.total() * part || undefined);
    if (!(await cutPower(bench))) {
      pushing.stop();
      return { ...nothing, problems: ['what was seen before is not in the journal any more'] };
    }
    problems.push(...(await bench.account.problems()));
    await bench.node.start();
  }
  await becomeQuiet(bench, pushing);
  const ledger = await balance(pushing, bench.account, bench.arrivals, false);
  return { ...ledger, problems: [...problems, ...ledger.problems] };
}

import { expect, test } from 'vitest';
import { type Bench, openBench } from './bench.ts';
import { runChaos } from './chaos.ts';
import { createEndlessSet, mixed } from './known-set.ts';
import { balance } from './ledger.ts';
import { startPushing } from './pushing.ts';
import { becomeQuiet } from './quiet.ts';
import { report } from './report.ts';
import { planFaults } from './schedule.ts';
import { isChosen } from './selection.ts';
import { until } from './until.ts';

/* Random faults under load. `npm run chaos -- --seed 7 --for 5m` says how; the same seed is the same schedule. */

const seed = Number(process.env['POLAR_CHAOS_SEED'] ?? 7);
const forMs = Number(process.env['POLAR_CHAOS_FOR_MS'] ?? 20_000);
const tasks = Number(process.env['POLAR_CHAOS_TASKS'] ?? 500);
const isKillsOnly = process.env['POLAR_CHAOS_KILLS'] === 'only';

async function onBench(run: (bench: Bench) => Promise<void>): Promise<void> {
  const bench = await openBench();
  try {
    await run(bench);
  } finally {
    await bench.close();
  }
}

test('the same seed is the same schedule, another is another', () => {
  const options = { seed, forMs: 60_000, everyMs: 1000, isKillsOnly: false };
  expect(planFaults(options)).toEqual(planFaults(options));
  expect(planFaults(options)).not.toEqual(planFaults({ ...options, seed: seed + 1 }));
});

const chaos = `chaos · seed ${seed} · ${forMs / 1000} s`;
test.runIf(isChosen(chaos, true))(chaos, { timeout: forMs * 2 + 900_000 }, () =>
  onBench(async (bench) => {
    const faults = planFaults({ seed, forMs, everyMs: 1000, isKillsOnly });
    const outcome = await report(chaos, async () => {
      const { ledger, healMs, missed, startedAgain } = await runChaos(bench, faults, { tasks });
      const sorted = healMs.toSorted((a, b) => a - b);
      const at = (part: number) =>
        `${((sorted[Math.floor((sorted.length - 1) * part)] ?? 0) / 1000).toFixed(2)} s`;
      const healed = `${sorted.length} healed, p50 ${at(0.5)}, max ${at(1)}`;
      return { ...ledger, note: `${healed} · ${missed} found it down · started again ${startedAgain} times` };
    });
    expect(outcome.isSound, outcome.text).toBe(true);
  }),
);

const times = process.env['POLAR_FAULTS'] === 'all' ? 20 : 3;
const storm = `SIGKILL of everything at once, ${times} times under load`;
test.runIf(isChosen(storm, true))(storm, { timeout: 900_000 }, () =>
  onBench(async (bench) => {
    const outcome = await report(storm, async () => {
      const { node, project, account, arrivals } = bench;
      await node.start();
      const pushing = startPushing(
        project,
        createEndlessSet({ name: 'storm', lanes: 12, kinds: mixed, restMs: 60 }),
      );
      for (let time = 1; time <= times; time++) {
        const before = pushing.accepted.size;
        await until('some more to be accepted', () => pushing.accepted.size > before + 20 || undefined);
        await node.killAll();
        await node.start();
      }
      pushing.finish();
      await becomeQuiet(bench, pushing, { withinMs: 180_000 });
      return balance(pushing, account, arrivals, false);
    });
    expect(outcome.isSound, outcome.text).toBe(true);
  }),
);

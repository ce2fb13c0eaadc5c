import { expect, test } from 'vitest';
import { Broken, type Rule, runWorld } from './world.ts';

const seeds = Number(process.env['POLAR_SEEDS'] ?? 5000);

test(`no invariant breaks over ${seeds} seeds of kills, slow actions and lost bells`, () => {
  let kills = 0;
  const broken: string[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    try {
      kills += runWorld({ seed }).kills;
    } catch (error) {
      broken.push(`seed ${seed}: ${(error as Error).message}`);
      if (!(error instanceof Broken) || broken.length > 5) break;
    }
  }
  expect(broken).toEqual([]);
  expect(kills).toBeGreaterThan(seeds);
});

const poisonedSeeds = Math.ceil(seeds / 20);

test(`over ${poisonedSeeds} seeds a task that kills its workers ends as a dead letter and takes nobody along`, () => {
  const broken: string[] = [];
  for (let seed = 1; seed <= poisonedSeeds; seed++) {
    try {
      runWorld({ seed, poisoned: true });
    } catch (error) {
      broken.push(`seed ${seed}: ${(error as Error).message}`);
      if (!(error instanceof Broken) || broken.length > 5) break;
    }
  }
  expect(broken).toEqual([]);
});

test('one seed replays exactly', () => {
  expect(runWorld({ seed: 7 })).toEqual(runWorld({ seed: 7 }));
});

test.each<Rule>(['R1', 'R2', 'R3', 'R4', 'R9', 'ADR 16'])('without %s seeds fail', (without) => {
  let failed = 0;
  for (let seed = 1; seed <= 300 && failed <= 30; seed++) {
    try {
      runWorld({ seed, without, poisoned: without === 'R9' });
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      failed++;
    }
  }
  expect(failed).toBeGreaterThan(30);
});

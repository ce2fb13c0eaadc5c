import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Bench, openBench } from './bench.ts';
import { mountDisk } from './disk.ts';
import type { Ledger } from './ledger.ts';
import { cutJournal, fillDisk, forbidWriting, shiftClocks, suspend, takeDescriptors } from './machine.ts';
import { report } from './report.ts';
import { isChosen } from './selection.ts';

/* What the machine under a node does to it. The disks take root; where that is not given, those cells are left out. */

const disk = mountDisk();
disk?.remove();
const hasPrlimit = spawnSync('prlimit', ['--version']).status === 0;
const halfAnHourMs = 1_800_000;

function cell(
  name: string,
  run: (bench: Bench) => Promise<Ledger>,
  { isSample = false, isPossible = true } = {},
): void {
  test.runIf(isPossible && isChosen(name, isSample))(name, () => onBench(name, run));
}

async function onBench(
  name: string,
  run: (bench: Bench) => Promise<Ledger>,
  dataDir?: string,
): Promise<void> {
  const bench = await openBench(dataDir === undefined ? {} : { dataDir });
  try {
    const outcome = await report(name, () => run(bench));
    expect(outcome.isSound, `${outcome.text}\n${bench.node.stderr().slice(-1500)}`).toBe(true);
  } finally {
    await bench.close();
  }
}

for (const [name, run] of [
  ['disk full, and room again', fillDisk],
  ['data directory read-only, and writable again', forbidWriting],
] as const) {
  test.runIf(disk && isChosen(name, false))(name, async () => {
    const own = mountDisk()!;
    try {
      await onBench(name, (bench) => run(bench, own), join(own.folder, 'data'));
    } finally {
      own.remove();
    }
  });
}

for (const name of ['services', 'subject', 'worker-1', 'integration-manager', 'bridge', 'supervisor']) {
  cell(`no file descriptors · ${name}`, (bench) => takeDescriptors(bench, name), { isPossible: hasPrlimit });
}
cell('clocks set back by half an hour', (bench) => shiftClocks(bench, -halfAnHourMs), { isSample: true });
cell('clocks set forward by half an hour', (bench) => shiftClocks(bench, halfAnHourMs));
cell('journal cut in the middle, and put back', cutJournal);
cell('process group suspended and resumed', suspend);

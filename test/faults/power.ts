import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bench } from './bench.ts';

export const hasCompiler = spawnSync('cc', ['--version']).status === 0;

/** A disk that forgets what it was not told to keep (preload/power.c). @throws Error where there is no C compiler */
export interface PowerSwitch {
  /** For the node whose power can be cut. */
  readonly env: Readonly<Record<string, string>>;
  remove(): void;
}

const source = fileURLToPath(new URL('preload/power.c', import.meta.url));

export function buildPowerSwitch(): PowerSwitch {
  const library = join(tmpdir(), `pzm-power-${process.pid}.so`);
  const { status, stderr } = spawnSync('cc', [
    '-O1',
    '-shared',
    '-fPIC',
    '-o',
    library,
    source,
    '-ldl',
    '-lpthread',
  ]);
  if (status !== 0) throw new Error(`cc: ${stderr}`);
  return {
    env: { LD_PRELOAD: library, POLAR_FAULTS_SYNC_MS: '40' },
    remove: () => rmSync(library, { force: true }),
  };
}

/**
 * Cuts the power in the moment in which a reader has seen something new: every process is gone, and of the journal only
 * what the disk was told to keep is left. False when what was seen is not in it: then there may be no journal at all.
 */
export async function cutPower({ node, account, project }: Bench): Promise<boolean> {
  const pid = await node.pidOf('integration-manager');
  const head = await account.seeNews(() => process.kill(pid, 'SIGKILL'));
  await node.killAll();
  const file = join(project.dataDir, 'journal', 'data.mdb');
  const durable = `${file}.durable`;
  if (!existsSync(durable) || !readFileSync(durable).includes(Buffer.from(head, 'hex'))) return false;
  copyFileSync(durable, file);
  rmSync(join(project.dataDir, 'journal', 'lock.mdb'), { force: true });
  return true;
}

import { copyFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from './bench.ts';
import { buildPreload, type PreloadLibrary } from './preload-library.ts';

/** A disk that forgets what it was not told to keep (preload/power.c). @throws Error where there is no C compiler */
export function buildPowerSwitch(): PreloadLibrary {
  const { env, remove } = buildPreload('power');
  return { env: { ...env, POLAR_FAULTS_SYNC_MS: '40' }, remove };
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

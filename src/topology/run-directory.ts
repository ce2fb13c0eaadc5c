import { chmodSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, PolarError } from '../model/errors.ts';
import { checkPathBudget } from './endpoints.ts';

/**
 * The folder of the sockets, mode 0700: ZeroMQ makes ipc sockets world-readable, so the folder guards them.
 * Sockets that a crash has left are removed; whoever holds the project's lock may do that.
 * @throws io.unwritable
 */
export function prepareRunDirectory(runDir: string): void {
  checkPathBudget(runDir);
  try {
    mkdirSync(runDir, { recursive: true, mode: 0o700 });
    const { uid } = statSync(runDir);
    if (process.getuid && uid !== process.getuid()) throw new Error(`it belongs to user ${uid}`);
    chmodSync(runDir, 0o700);
    for (const name of readdirSync(runDir)) rmSync(join(runDir, name), { force: true });
  } catch (cause) {
    throw new PolarError('io.unwritable', `The run directory ${runDir} cannot be used: ${messageOf(cause)}`, {
      cause,
      hint: 'Set [run] dir in polar.ini to a folder of your own.',
    });
  }
}

export function removeRunDirectory(runDir: string): void {
  rmSync(runDir, { recursive: true, force: true });
}

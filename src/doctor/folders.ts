import { accessSync, constants, existsSync, type Stats, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Project } from '../config/project.ts';
import { formatByteSize } from '../model/byte-size.ts';
import { messageOf } from '../model/errors.ts';
import { checkPathBudget } from '../topology/endpoints.ts';
import { type Check, error, ok, warning } from './check.ts';

/** Where a node writes. What is not there yet will be made, if that can be. */
export function checkFolders({ dataDir, runDir }: Pick<Project, 'dataDir' | 'runDir'>): Check[] {
  const data = checkFolder('data folder', dataDir, 'set [journal] dir in polar.ini');
  const run = checkFolder('run directory', runDir, 'set [run] dir in polar.ini');
  return [data, checkRoom(dataDir), run, ...checkBudget(runDir)];
}

function checkFolder(name: string, folder: string, elsewhere: string): Check {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (!found) {
    const parent = nearest(folder);
    return isWritable(parent)
      ? ok(name, `${folder}, made by the next start`)
      : error(
          name,
          `${folder} is not there, and ${parent} cannot be written`,
          `Give this user write permission to ${parent}, or ${elsewhere}.`,
        );
  }
  if (!found.isDirectory()) return error(name, `${folder} is no folder`, `Move it away, or ${elsewhere}.`);
  return checkAccess(name, folder, found, elsewhere);
}

function checkAccess(name: string, folder: string, { uid, mode }: Stats, elsewhere: string): Check {
  const user = process.getuid?.();
  if (user !== undefined && uid !== user) {
    return error(
      name,
      `${folder} belongs to user ${uid}, and this is user ${user}`,
      `Run as its owner, give it to this user, or ${elsewhere}.`,
    );
  }
  if (!isWritable(folder)) {
    return error(name, `${folder} cannot be written`, `chmod u+rwx ${folder}, or ${elsewhere}.`);
  }
  const shown = (mode & 0o777).toString(8).padStart(4, '0');
  // The journal and the sockets are nobody else's to read.
  return (mode & 0o077) === 0
    ? ok(name, `${folder}, mode ${shown}`)
    : warning(name, `${folder} has mode ${shown}: others can look into it`, `chmod 700 ${folder}`);
}

function checkBudget(runDir: string): Check[] {
  try {
    checkPathBudget(runDir);
    return [];
  } catch (cause) {
    return [error('socket paths', messageOf(cause), 'Set [run] dir in polar.ini to a shorter path.')];
  }
}

const littleBytes = 64 * 1024 * 1024;
const enoughBytes = 1024 * 1024 * 1024;

function checkRoom(dataDir: string): Check {
  const { bavail, bsize } = statfsSync(nearest(dataDir));
  return checkFreeBytes(bavail * bsize);
}

export function checkFreeBytes(free: number): Check {
  const text = `${formatByteSize(roundDown(free))} free for the journal`;
  const fix = 'Make room, or set [journal] dir in polar.ini to another disk: the journal grows.';
  if (free < littleBytes) return error('disk', text, fix);
  return free < enoughBytes ? warning('disk', text, fix) : ok('disk', text);
}

function roundDown(bytes: number): number {
  const unit = bytes >= 1024 ** 3 ? 1024 ** 3 : 1024 ** 2;
  return Math.floor(bytes / unit) * unit;
}

function nearest(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearest(dirname(path));
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

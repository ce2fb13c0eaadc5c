import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, PolarError } from '../model/errors.ts';

/** Who holds a project: written into its data folder, so that every command finds the running node. */
export interface LockHolder {
  readonly pid: number;
  /** When that process began, as the system tells it: pids are used again. */
  readonly processStart: string;
  readonly startedAt: number;
  readonly version: string;
  readonly controlSocket: string;
  readonly gatewaySocket: string;
}

export interface Lock {
  release(): void;
}

const lockPath = (dataDir: string) => join(dataDir, 'lock');

/**
 * Takes the project, before any socket is bound. A lock whose process is gone is taken over.
 * @throws node.locked, io.unwritable
 */
export function takeLock(dataDir: string, holder: Omit<LockHolder, 'processStart'>): Lock {
  const path = lockPath(dataDir);
  const own = `${path}.${process.pid}`;
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    writeFileSync(own, JSON.stringify({ ...holder, processStart: startOf(process.pid) ?? '' }), {
      mode: 0o600,
    });
  } catch (cause) {
    throw new PolarError(
      'io.unwritable',
      `The data folder ${dataDir} cannot be written: ${messageOf(cause)}`,
      {
        cause,
        hint: 'Give this user write permission, or set [journal] dir in polar.ini.',
      },
    );
  }
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      if (linked(own, path)) return { release: () => release(path) };
      const other = readHolder(dataDir);
      if (other && isAlive(other)) throw locked(dataDir, other);
      setAside(path, other);
    }
  } finally {
    rmSync(own, { force: true });
  }
  throw new PolarError('node.locked', `The lock ${path} changes hands all the time.`, {
    hint: 'Start one node only.',
  });
}

/** The node that runs on the data folder; undefined when there is none. */
export function findHolder(dataDir: string): LockHolder | undefined {
  const holder = readHolder(dataDir);
  return holder && isAlive(holder) ? holder : undefined;
}

/** Making a hard link is atomic and fails when the name is taken. */
function linked(own: string, path: string): boolean {
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Only one of several renames of one file succeeds; a lock that was fresh after all is put back. */
function setAside(path: string, stale: LockHolder | undefined): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  const moved = parseHolder(readText(aside));
  if (moved && moved.pid !== stale?.pid && isAlive(moved)) linked(aside, path);
  rmSync(aside, { force: true });
}

function release(path: string): void {
  const holder = parseHolder(readText(path));
  if (holder?.pid === process.pid) rmSync(path, { force: true });
}

function readHolder(dataDir: string): LockHolder | undefined {
  return parseHolder(readText(lockPath(dataDir)));
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function parseHolder(text: string): LockHolder | undefined {
  try {
    const holder = JSON.parse(text) as LockHolder;
    return Number.isInteger(holder.pid) && holder.pid > 0 ? holder : undefined;
  } catch {
    // Left by a crash in the middle of something: nobody holds it.
    return undefined;
  }
}

function isAlive({ pid, processStart }: LockHolder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const start = startOf(pid);
  return start === undefined || processStart === '' || start === processStart;
}

/**
 * When a process began: field 22 of /proc/<pid>/stat on Linux, `ps` elsewhere; undefined when it cannot be told.
 * A zombie has ended, however long nobody hears of it: in a container the first process may never do.
 */
function startOf(pid: number): string | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  if (stat !== '') {
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? 'ended' : fields[19];
  }
  if (process.platform === 'linux') return undefined;
  try {
    const shown = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return shown.startsWith('Z') ? 'ended' : shown.replace(/^\S+\s+/, '');
  } catch {
    return undefined;
  }
}

function locked(dataDir: string, { pid, startedAt }: LockHolder): PolarError {
  const since = new Date(startedAt).toISOString();
  return new PolarError('node.locked', `A node runs on ${dataDir} already: pid ${pid}, since ${since}.`, {
    hint: 'See it with: polar-zmanager status. Stop it with: polar-zmanager down.',
  });
}

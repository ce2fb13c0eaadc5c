import { execFileSync } from 'node:child_process';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** A process, by what no other one has at any time. */
export interface ProcessLife {
  readonly pid: number;
  /** When that process began, as the system tells it: pids are used again. */
  readonly processStart: string;
}

export type Taken<T> =
  | { readonly release: () => void; readonly heldBy?: never }
  /** Undefined when it changes hands all the time. */
  | { readonly release?: never; readonly heldBy: (T & ProcessLife) | undefined };

/**
 * Takes a file that only one process holds at a time; it names its holder and `details` of it. One whose process is
 * gone is taken over. Throws what the file system says.
 */
export function takeExclusive<T extends object>(path: string, details: T): Taken<T> {
  const own = `${path}.${process.pid}`;
  const holder = { ...details, pid: process.pid, processStart: startOf(process.pid) ?? '' };
  try {
    writeFileSync(own, JSON.stringify(holder), { mode: 0o600 });
    for (let attempt = 0; attempt < 3; attempt++) {
      if (linked(own, path)) return { release: () => release(path) };
      const other = readHolder<T>(path);
      if (other && isAlive(other)) return { heldBy: other };
      setAside(path, other);
    }
  } finally {
    rmSync(own, { force: true });
  }
  return { heldBy: undefined };
}

/** Whoever holds the file now; undefined when nobody that lives does. */
export function holderOf<T extends object>(path: string): (T & ProcessLife) | undefined {
  const holder = readHolder<T>(path);
  return holder && isAlive(holder) ? holder : undefined;
}

/** Whether there is no process of this number. */
export function isGone(pid: number): boolean {
  return !isAlive({ pid, processStart: '' });
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

/** Only one of several renames of one file succeeds; one that was fresh after all is put back. */
function setAside(path: string, stale: ProcessLife | undefined): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  const moved = readHolder(aside);
  if (moved && moved.pid !== stale?.pid && isAlive(moved)) linked(aside, path);
  rmSync(aside, { force: true });
}

function release(path: string): void {
  if (readHolder(path)?.pid === process.pid) rmSync(path, { force: true });
}

function readHolder<T extends object>(path: string): (T & ProcessLife) | undefined {
  try {
    const holder = JSON.parse(readText(path)) as T & ProcessLife;
    return Number.isInteger(holder.pid) && holder.pid > 0 ? holder : undefined;
  } catch {
    // Left by a crash in the middle of something: nobody holds it.
    return undefined;
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function isAlive({ pid, processStart }: ProcessLife): boolean {
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

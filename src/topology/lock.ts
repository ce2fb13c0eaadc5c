import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, PolarError } from '../model/errors.ts';
import { holderOf, type ProcessLife, takeExclusive } from '../supervision/exclusive-file.ts';

/** Who holds a project: written into its data folder, so that every command finds the running node. */
export interface LockHolder extends ProcessLife {
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
  const { release, heldBy } = take(dataDir, holder);
  if (release) return { release };
  if (heldBy) throw locked(dataDir, heldBy);
  throw new PolarError('node.locked', `The lock ${lockPath(dataDir)} changes hands all the time.`, {
    hint: 'Start one node only.',
  });
}

/** The node that runs on the data folder; undefined when there is none. */
export function findHolder(dataDir: string): LockHolder | undefined {
  return holderOf<LockHolder>(lockPath(dataDir));
}

function take(dataDir: string, holder: Omit<LockHolder, 'processStart'>) {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    return takeExclusive(lockPath(dataDir), holder);
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
}

function locked(dataDir: string, { pid, startedAt }: LockHolder): PolarError {
  const since = new Date(startedAt).toISOString();
  return new PolarError('node.locked', `A node runs on ${dataDir} already: pid ${pid}, since ${since}.`, {
    hint: 'See it with: polar-zmanager status. Stop it with: polar-zmanager down.',
  });
}

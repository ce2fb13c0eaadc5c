import { closeSync, existsSync, fsyncSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { open, type RootDatabase } from 'lmdb';
import { checkDataFile } from './data-file.ts';

/** One at a time, over all processes; whoever dies in it leaves it open. */
export interface Gate {
  pass<T>(action: () => T): T;
  close(): Promise<void>;
}

/** EACCES, EROFS: of whoever may not write here, and so cannot disturb who does. */
const mayNotWrite: readonly unknown[] = [13, 30];

/**
 * An environment that holds nothing, beside the one that it guards: a transaction that writes nothing takes LMDB's own
 * lock between processes, and lets it go, within half a microsecond.
 * @throws journal.corrupt; what lmdb throws
 */
export function openGate(folder: string, readOnly: boolean): Gate {
  const path = join(folder, 'gate.mdb');
  checkDataFile(path, 'Stop the node, and remove the file: it holds nothing.');
  const isNew = !existsSync(path);
  let lock: RootDatabase;
  try {
    lock = open({ path, noSubdir: true, overlappingSync: false, mapSize: 64 * 1024 });
  } catch (error) {
    if (!readOnly || !mayNotWrite.includes((error as { code?: unknown }).code)) throw error;
    return { pass: (action) => action(), close: async () => {} };
  }
  if (isNew) keep(path);
  return { pass: (action) => lock.transactionSync(action), close: () => lock.close() };
}

/** Nothing is ever committed to it, so nobody else tells the disk: after a power cut it would be no database. */
function keep(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

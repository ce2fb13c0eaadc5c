import { closeSync, openSync, readSync } from 'node:fs';
import { PolarError } from '../../model/errors.ts';

const pageBytes = 4096;
const magicAt = 24;
const magic = 0xbeefc0de;

/**
 * lmdb does not refuse a file that is none of its own, it ends the process: so that is asked before it opens one.
 * A file that is not there, or is empty, will be made. `hint` says what to do with one that is no database.
 * @throws journal.corrupt
 */
export function checkDataFile(path: string, hint: string): void {
  const page = Buffer.alloc(pageBytes);
  const length = firstPageOf(path, page);
  if (length === 0 || (length === pageBytes && page.readUInt32LE(magicAt) === magic)) return;
  throw new PolarError('journal.corrupt', `${path} is no database.`, { hint });
}

function firstPageOf(path: string, page: Buffer): number {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    // Whether it can be made is the question of whoever makes it.
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return 0;
    throw error;
  }
  try {
    return readSync(file, page);
  } finally {
    closeSync(file);
  }
}

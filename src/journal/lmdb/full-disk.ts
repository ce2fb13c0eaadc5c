import { statfsSync } from 'node:fs';
import { PolarError } from '../../model/errors.ts';

/** Runs a transaction on the folder's environment. @throws journal.full, when nothing was written for want of room */
export function withRoom<T>(folder: string, transaction: () => T): T {
  try {
    return transaction();
  } catch (cause) {
    if (!isFull(cause, folder)) throw cause;
    throw new PolarError('journal.full', 'The disk that holds the journal is full.', {
      cause,
      hint: 'Make room; nothing is lost, tasks wait.',
    });
  }
}

/**
 * LMDB tells two errors of a full disk: ENOSPC, and EIO of a write that was cut short, which the first one usually is.
 * A disk that fails says EIO too, but has room.
 */
function isFull(error: unknown, folder: string): boolean {
  const { code, message = '' } = error as { code?: unknown; message?: string };
  if (code === 'ENOSPC' || code === 28 || /MDB_MAP_FULL|no space left/i.test(message)) return true;
  return (code === 'EIO' || code === 5 || /input\/output error/i.test(message)) && !hasRoom(folder);
}

// The write that was cut short has taken what there was; a little may have become free since.
const roomBytes = 1024 * 1024;

function hasRoom(folder: string): boolean {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize >= roomBytes;
}

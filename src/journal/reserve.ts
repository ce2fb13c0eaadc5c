import { randomFillSync } from 'node:crypto';
import { rmSync, statfsSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * A file beside the journal that is there to be given away: LMDB needs free pages even to remove something, and on a
 * full disk these are what it gets (protocol.md, "Journal on LMDB").
 */
export interface Reserve {
  /** What is held ready now. */
  sizeBytes(): number;
  /** What the disk has besides. */
  freeBytes(): number;
  /** Makes it as large as that, where the disk has room for it and some more; it never becomes smaller. */
  grow(toBytes: number): Promise<void>;
  release(): void;
}

const stepBytes = 1024 * 1024;

export function openReserve(folder: string): Reserve {
  const path = join(folder, 'reserve');
  let growing: Promise<void> | undefined;
  const sizeBytes = () => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  return {
    sizeBytes,
    freeBytes: () => freeBytes(folder),
    grow(toBytes) {
      growing ??= write(path, folder, sizeBytes, toBytes).finally(() => {
        growing = undefined;
      });
      return growing;
    },
    release() {
      rmSync(path, { force: true });
    },
  };
}

/** In steps, so that nobody waits for it; what does not fit is taken back, for others need room, too. */
async function write(path: string, folder: string, sizeBytes: () => number, toBytes: number): Promise<void> {
  const missing = toBytes - sizeBytes();
  if (missing <= 0 || freeBytes(folder) < missing * 1.25 + stepBytes) return;
  // Not zeros: a file system that compresses would hold nothing ready.
  const chunk = randomFillSync(Buffer.allocUnsafe(stepBytes));
  try {
    const file = await open(path, 'a', 0o600);
    try {
      for (let left = missing; left > 0; left -= stepBytes) {
        await file.write(chunk, 0, Math.min(left, stepBytes));
      }
      await file.datasync();
    } finally {
      await file.close();
    }
  } catch {
    rmSync(path, { force: true });
  }
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

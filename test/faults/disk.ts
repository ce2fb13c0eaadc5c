import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A disk of 32 MiB that can become full, or read-only. It takes root to mount one. */
export interface Disk {
  readonly folder: string;
  fill(): void;
  /** What has become free since goes, too. */
  refill(): void;
  makeRoom(): void;
  setWritable(isWritable: boolean): void;
  remove(): void;
}

/** Undefined where this user may not mount. */
export function mountDisk(): Disk | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'pzm-disk-'));
  const isMounted = mount(['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', folder]);
  if (!isMounted) {
    rmSync(folder, { recursive: true });
    return undefined;
  }
  mkdirSync(join(folder, 'data'));
  const filler = join(folder, 'filler');
  return {
    folder,
    fill: () => writeUntilFull(filler),
    refill: () => writeUntilFull(`${filler}-more`),
    makeRoom: () => rmSync(filler),
    setWritable(isWritable) {
      if (!mount(['-o', `remount,${isWritable ? 'rw' : 'ro'}`, folder]))
        throw new Error('cannot be remounted');
    },
    remove() {
      // Lazily: whoever has a file of it mapped still lets go of it when it can.
      spawnSync('umount', ['--lazy', folder]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function mount(args: readonly string[]): boolean {
  return spawnSync('mount', args).status === 0;
}

function writeUntilFull(path: string): void {
  const file = openSync(path, 'w');
  for (let size = 1 << 20; size >= 1; ) {
    try {
      writeSync(file, Buffer.alloc(size));
    } catch {
      size >>= 1;
    }
  }
  closeSync(file);
}

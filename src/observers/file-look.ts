import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { lstat, readlink } from 'node:fs/promises';
import { formatByteSize } from '../model/byte-size.ts';
import { digestOf } from './fact.ts';
import { isAbsence, readRegularFile } from './regular-file.ts';
import { type Unreachable, unreachable } from './unreachable.ts';

export type FileType = 'file' | 'directory' | 'symlink' | 'fifo' | 'socket' | 'device';

/** What is known of one path, a link being itself and not where it leads. */
export interface FileLook {
  readonly kind: 'file';
  readonly type: FileType;
  readonly sizeBytes: number;
  /** Four octal digits. */
  readonly mode: string;
  readonly uid: number;
  /** ms since the epoch. */
  readonly modifiedAt: number;
  /** Where a symbolic link leads, as it is written there. */
  readonly link: string | undefined;
  /** Of the bytes of a regular file, when they were asked for. */
  readonly hash: string | undefined;
}

export type Absent = { readonly kind: 'absent' };

export interface LookOptions {
  readonly hash: boolean;
  /** A larger file is not hashed. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** Opens nothing but regular files. @throws what the file system says of a path that cannot be read */
export async function lookAtFile(
  path: string,
  options: LookOptions,
): Promise<FileLook | Absent | Unreachable> {
  try {
    const stats = await lstat(path);
    options.signal.throwIfAborted();
    const type = typeOf(stats);
    const hash = type === 'file' && options.hash ? await hashOf(path, stats, options) : undefined;
    if (typeof hash === 'object') return hash;
    return {
      kind: 'file',
      type,
      sizeBytes: stats.size,
      mode: (stats.mode & 0o7777).toString(8).padStart(4, '0'),
      uid: stats.uid,
      modifiedAt: Math.floor(stats.mtimeMs),
      link: type === 'symlink' ? await readlink(path) : undefined,
      hash,
    };
  } catch (error) {
    if (isAbsence(error, path)) return { kind: 'absent' };
    throw error;
  }
}

async function hashOf(
  path: string,
  { size }: Stats,
  { maxBytes, signal }: LookOptions,
): Promise<string | Unreachable> {
  const tooLarge = () =>
    unreachable('too-large', `${path} is larger than ${formatByteSize(maxBytes)} (max_size)`);
  if (size > maxBytes) return tooLarge();
  const hash = createHash('sha256');
  const reading = await readRegularFile(path, { maxBytes, signal }, (bytes) => hash.update(bytes));
  if (reading === 'longer') return tooLarge();
  if (reading === 'not-regular') return unreachable('unreadable', `${path} became something else meanwhile`);
  return hash.digest('hex').slice(0, digestOf('').length);
}

function typeOf(stats: Stats): FileType {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  if (stats.isSymbolicLink()) return 'symlink';
  if (stats.isFIFO()) return 'fifo';
  return stats.isSocket() ? 'socket' : 'device';
}

import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { messageOf } from '../model/errors.ts';
import { isOwnTrouble, type Unreachable, unreachable } from './unreachable.ts';

export type FileReading = 'whole' | 'longer' | 'not-regular';

/**
 * Never waits for somebody to write into a pipe, and never follows a link at the end of the path: what was looked at
 * may have been put aside for one of them a moment ago.
 */
const careful = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;

const chunkBytes = 64 * 1024;

/** Hands out the bytes of a regular file piece by piece, and stops before `maxBytes` are passed. */
export async function readRegularFile(
  path: string,
  { maxBytes, signal, follow = false }: ReadingLimits,
  take: (bytes: Uint8Array) => void,
): Promise<FileReading> {
  const file = await open(path, follow ? careful & ~constants.O_NOFOLLOW : careful);
  try {
    if (!(await file.stat()).isFile()) return 'not-regular';
    const chunk = Buffer.allocUnsafe(chunkBytes);
    let readBytes = 0;
    for (;;) {
      signal.throwIfAborted();
      const { bytesRead } = await file.read(chunk, 0, chunkBytes);
      if (bytesRead === 0) return 'whole';
      readBytes += bytesRead;
      if (readBytes > maxBytes) return 'longer';
      take(chunk.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

export interface ReadingLimits {
  readonly maxBytes: number;
  /** Looked at between two pieces; a read that hangs in the kernel cannot be interrupted. */
  readonly signal: AbortSignal;
  /** Whether the path may be a symbolic link. */
  readonly follow?: boolean;
}

/**
 * Whether there is nothing at the path. A name that is no UTF-8 cannot be asked for as Node spells it: what bears one is
 * there, and must not pass for gone.
 */
export function isAbsence(error: unknown, path: string): boolean {
  const { code } = Object(error) as { code?: unknown };
  return (code === 'ENOENT' || code === 'ENOTDIR') && !path.includes('\ufffd');
}

/** A file that is there or not, but cannot be read; undefined for what the file system did not say. */
export function unreadableBy(error: unknown): Unreachable | undefined {
  const { syscall } = Object(error) as { syscall?: unknown };
  if (typeof syscall !== 'string' || isOwnTrouble(error)) return undefined;
  return unreachable('unreadable', messageOf(error));
}

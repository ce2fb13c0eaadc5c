import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';

/** Reads a file that others append to, line by line, and its successor when it is renamed or cut. */
export interface FileLines {
  /** The lines that were completed since the last call; none while there is no file. */
  read(): Generator<string>;
  close(): void;
}

const chunkBytes = 256 * 1024;
const newline = 10;

/** @param isFromEnd what is there already is left out */
export function followLines(path: string, { isFromEnd = false } = {}): FileLines {
  let file: { readonly fd: number; readonly ino: number } | undefined;
  let at = 0;
  let partial: Buffer[] = [];
  const open = (from: 'beginning' | 'end') => {
    const fd = openIfThere(path);
    if (fd === undefined) return;
    const { ino, size } = fstatSync(fd);
    file = { fd, ino };
    at = from === 'end' ? size : 0;
    partial = [];
  };
  const close = () => {
    if (file) closeSync(file.fd);
    file = undefined;
  };
  if (isFromEnd) open('end');

  function* lines(fd: number): Generator<string> {
    const chunk = Buffer.allocUnsafe(chunkBytes);
    for (;;) {
      const count = readSync(fd, chunk, 0, chunkBytes, at);
      if (count === 0) return;
      at += count;
      let begin = 0;
      for (;;) {
        const end = chunk.subarray(0, count).indexOf(newline, begin);
        if (end === -1) break;
        const piece = chunk.subarray(begin, end);
        yield textOf(partial.length === 0 ? piece : Buffer.concat([...partial, piece]));
        partial = [];
        begin = end + 1;
      }
      if (begin < count) partial.push(Buffer.from(chunk.subarray(begin, count)));
    }
  }

  return {
    *read() {
      if (!file) open('beginning');
      if (!file) return;
      // Before anything else: of a file that was renamed, what was written to it last.
      yield* lines(file.fd);
      const there = statSync(path, { throwIfNoEntry: false });
      const isSame = there?.ino === file.ino && there.size >= at;
      if (isSame || !there) return;
      if (partial.length > 0) yield textOf(Buffer.concat(partial));
      close();
      open('beginning');
      if (file) yield* lines((file as { fd: number }).fd);
    },
    close,
  };
}

function textOf(bytes: Buffer): string {
  return bytes.toString().replace(/\r$/, '');
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

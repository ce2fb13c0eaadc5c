import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { messageOf, PolarError } from '../../model/errors.ts';
import type { RecordingHead } from './recording.ts';

export interface RecordFile {
  /** @throws io.failed */
  write(lines: readonly string[]): void;
  /** On disk when it returns; again, and nothing happens. @throws io.failed */
  close(): void;
}

/**
 * Begins a recording. It is closed, too, when the process ends because nobody reads its output any more.
 * @throws io.failed, also when the file is there: what was recorded is not overwritten
 */
export function openRecordFile(path: string, head: RecordingHead): RecordFile {
  let fd: number | undefined = guarded(path, () => openSync(path, 'wx', 0o600));
  const file: RecordFile = {
    write(lines) {
      const open = fd;
      if (lines.length > 0 && open !== undefined)
        guarded(path, () => writeAll(open, Buffer.from(`${lines.join('\n')}\n`)));
    },
    close() {
      const open = fd;
      if (open === undefined) return;
      fd = undefined;
      process.off('exit', file.close);
      guarded(path, () => {
        fsyncSync(open);
        closeSync(open);
      });
    },
  };
  process.on('exit', file.close);
  file.write([JSON.stringify(head)]);
  return file;
}

function writeAll(fd: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}

function guarded<T>(path: string, use: () => T): T {
  try {
    return use();
  } catch (cause) {
    const isThere = (cause as NodeJS.ErrnoException).code === 'EEXIST';
    const message = isThere ? `${path} is there already.` : `${path} cannot be written: ${messageOf(cause)}.`;
    const hint = isThere ? 'Name a new file.' : 'Name a file in a folder that you may write to.';
    throw new PolarError('io.failed', message, { cause, hint });
  }
}

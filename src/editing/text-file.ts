import {
  accessSync,
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { codeOf, messageOf, PolarError } from '../model/errors.ts';
import { isGone, takeExclusive } from '../supervision/exclusive-file.ts';
import { decodeText, type Encoding, encodeText } from './text-bytes.ts';

/** A file as it was when it was read; one that is not there yet has no bytes. */
export interface TextFile {
  /** Where it lies: links are followed, so that an edit never puts a file in the place of a link. */
  readonly path: string;
  readonly bytes: Buffer | undefined;
  readonly text: string;
  readonly encoding: Encoding;
}

/** @throws edit.unreadable */
export function readTextFile(named: string): TextFile {
  try {
    const path = realPathOf(named);
    const bytes = readBytes(path);
    if (!bytes) return { path, bytes, text: '', encoding: 'utf-8' };
    const decoded = decodeText(bytes);
    if ('problem' in decoded) throw new Error(decoded.problem);
    return { path, bytes, ...decoded };
  } catch (cause) {
    throw new PolarError('edit.unreadable', `${named} cannot be edited: ${messageOf(cause)}.`, {
      cause,
      hint: 'Save it as UTF-8 in a place that can be read, or name another file with --file.',
    });
  }
}

/**
 * Writes the text in place of what was read: whole or not at all, whenever this process or the machine ends. Edits of one
 * file exclude one another; one by another program is noticed up to the very last moment before the file is replaced.
 * @throws edit.overtaken, io.unwritable
 */
export function replaceTextFile({ path, bytes, encoding }: TextFile, text: string): void {
  const after = encodeText(text, encoding);
  const folder = dirname(path);
  const hidden = join(folder, `.${basename(path)}`);
  try {
    mkdirSync(folder, { recursive: true });
    const found = statSync(path, { throwIfNoEntry: false });
    if (found) accessSync(path, constants.W_OK);
    const { release, heldBy } = takeExclusive(`${hidden}.edit`, {});
    if (!release) throw overtaken(path, `process ${heldBy?.pid ?? 'after process'} edits it right now`);
    const fresh = `${hidden}.${process.pid}.new`;
    try {
      removeLeftOver(path);
      writeDurably(fresh, after, found);
      const now = readBytes(path);
      const isSame = bytes && now ? now.equals(bytes) : bytes === now;
      if (!isSame) throw overtaken(path, 'it was changed meanwhile');
      renameSync(fresh, path);
      syncFolder(folder);
    } finally {
      rmSync(fresh, { force: true });
      release();
    }
  } catch (cause) {
    if (codeOf(cause)) throw cause;
    throw new PolarError('io.unwritable', `${path} cannot be written: ${messageOf(cause)}.`, { cause });
  }
}

function overtaken(path: string, why: string): PolarError {
  return new PolarError('edit.overtaken', `${path} was not written: ${why}.`, {
    hint: 'Nothing was lost; give the command again.',
  });
}

function realPathOf(named: string): string {
  try {
    return realpathSync(named);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    if (lstatSync(named, { throwIfNoEntry: false })?.isSymbolicLink()) {
      throw new Error('it is a link that leads nowhere');
    }
    return named;
  }
}

function readBytes(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cause;
  }
}

/** Of edits that were killed: each name ends in the number of its process. */
function removeLeftOver(path: string): void {
  const folder = dirname(path);
  for (const name of readdirSync(folder)) {
    const [, pid] = /\.(\d+)(?:\.new)?$/.exec(name) ?? [];
    if (name.startsWith(`.${basename(path)}.`) && pid !== undefined && isGone(Number(pid))) {
      rmSync(join(folder, name), { force: true });
    }
  }
}

function writeDurably(path: string, bytes: Buffer, like: ReturnType<typeof statSync>): void {
  const file = openSync(path, 'wx', 0o666);
  try {
    writeFileSync(file, bytes);
    if (like) keepOwnership(path, like);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** The mode always; the owner where this user may: only root can give a file away. */
function keepOwnership(path: string, { mode, uid, gid }: NonNullable<ReturnType<typeof statSync>>): void {
  try {
    if (process.getuid?.() === 0) chownSync(path, Number(uid), Number(gid));
  } finally {
    chmodSync(path, Number(mode) & 0o7777);
  }
}

/** The new name is as durable as the folder that has it. */
function syncFolder(folder: string): void {
  const directory = openSync(folder, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

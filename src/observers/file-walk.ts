import type { Dirent } from 'node:fs';
import { opendir } from 'node:fs/promises';
import type { FileGlob, Place } from './file-glob.ts';
import { isAbsence } from './regular-file.ts';
import { type Unreachable, unreachable } from './unreachable.ts';

export type Walk = { readonly kind: 'walked'; readonly names: readonly string[] } | Unreachable;

/** Of files that match, and of folders that are still to be visited. */
const most = 10_000;

/**
 * All that the pattern matches and that is no folder, as paths from the pattern's base, sorted. One folder is open
 * at a time, and links are matched but never followed, so that the walk ends and stays within its tree.
 * A folder that is gone is empty. @throws what the file system says of one that cannot be read
 */
export async function walkFiles(glob: FileGlob, signal: AbortSignal): Promise<Walk> {
  const names: string[] = [];
  const folders: { readonly name: string; readonly place: Place }[] = [{ name: '', place: glob.start }];
  for (let folder = folders.pop(); folder; folder = folders.pop()) {
    for await (const entry of entriesOf(`${glob.base}/${folder.name}`)) {
      signal.throwIfAborted();
      const name = folder.name === '' ? entry.name : `${folder.name}/${entry.name}`;
      const place = glob.enter(folder.place, entry.name);
      if (!entry.isDirectory()) {
        if (glob.matches(place)) names.push(name);
      } else if (glob.leadsOn(place)) {
        folders.push({ name, place });
      }
      if (names.length > most) return unreachable('too-large', `there are more than ${most} files`);
      if (folders.length > most) return unreachable('too-large', `there are more than ${most} folders`);
    }
  }
  return { kind: 'walked', names: names.sort() };
}

/** Piece by piece: a folder of a million names is never in memory. Closed when the loop over it ends. */
async function* entriesOf(path: string): AsyncGenerator<Dirent> {
  try {
    yield* await opendir(path);
  } catch (error) {
    if (!isAbsence(error, path)) throw error;
  }
}

import { createNameMatcher } from './name-matcher.ts';

/**
 * A pattern over paths: `*` and `?` stand for characters within one name, `[a-c]` and `[!a-c]` for one of them, and
 * `**` as a whole name for any number of folders. A leading dot is a character like others: what hides from people
 * is not to hide here.
 *
 * A place in the tree is told by the segments that may come next there (the states of a small automaton), so that
 * a walk visits each folder once and only those in which something can match.
 */
export interface FileGlob {
  /** The folder in which the walk begins: everything before the first segment with a wildcard. */
  readonly base: string;
  readonly start: Place;
  /** Where a name in this place leads. */
  enter(place: Place, name: string): Place;
  /** Whether what is in this place is matched. */
  matches(place: Place): boolean;
  /** Whether anything under this place can be matched. */
  leadsOn(place: Place): boolean;
}

/** Indexes of segments, ascending. */
export type Place = readonly number[];

const wildcard = /[*?[]/;

export function isGlob(path: string): boolean {
  return wildcard.test(path);
}

/** The pattern of an absolute path. */
export function createFileGlob(path: string): FileGlob {
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  const first = names.findIndex((name) => wildcard.test(name));
  const fixed = first === -1 ? names.length : first;
  return createGlob(`/${names.slice(0, fixed).join('/')}`, names.slice(fixed));
}

/** All files of a folder, or those that lie in it directly. */
export function createFolderGlob(folder: string, isRecursive: boolean): FileGlob {
  return createGlob(folder, [isRecursive ? '**' : '*']);
}

function createGlob(base: string, segments: readonly string[]): FileGlob {
  const matchers = segments.map((segment) => (segment === '**' ? undefined : createNameMatcher(segment)));
  const end = segments.length;

  /** `**` may stand for nothing, so that what follows it is possible as well. */
  const opened = (indexes: ReadonlySet<number>): Place => {
    const all = new Set<number>();
    for (const index of [...indexes].sort((a, b) => a - b)) {
      let next = index;
      all.add(next);
      while (next < end && !matchers[next]) all.add(++next);
    }
    return [...all].sort((a, b) => a - b);
  };

  return {
    base,
    start: opened(new Set([0])),
    enter: (place, name) => {
      const next = new Set<number>();
      for (const index of place) {
        if (index === end) continue;
        const matches = matchers[index];
        if (!matches) next.add(index);
        else if (matches(name)) next.add(index + 1);
      }
      return opened(next);
    },
    matches: (place) => place.at(-1) === end,
    leadsOn: (place) => place.some((index) => index < end),
  };
}

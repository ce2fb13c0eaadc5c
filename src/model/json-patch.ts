import type { Facts, Scalar } from './observation.ts';

/** RFC 6902, the part of it that flat facts need. The empty path is the whole document. */
export type PatchOperation =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: Scalar | Facts }
  | { readonly op: 'remove'; readonly path: string };

/** What turns `before` into `after`, by name; from null (nothing was known) the whole document is put in place. */
export function patchOf(before: Facts | null, after: Facts): PatchOperation[] {
  if (before === null) return [{ op: 'replace', path: '', value: after }];
  return changedNames(before, after).map((name): PatchOperation => {
    const path = `/${escapePointer(name)}`;
    if (!Object.hasOwn(after, name)) return { op: 'remove', path };
    const value = after[name] as Scalar;
    return { op: Object.hasOwn(before, name) ? 'replace' : 'add', path, value };
  });
}

/** Names of the facts that appeared, vanished or differ, sorted. */
export function changedNames(before: Facts, after: Facts): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => !isSame(before, after, name)).sort();
}

function isSame(before: Facts, after: Facts, name: string): boolean {
  return Object.hasOwn(before, name) && Object.hasOwn(after, name) && before[name] === after[name];
}

/** RFC 6901: `~` and `/` have spellings of their own within a JSON pointer. */
function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

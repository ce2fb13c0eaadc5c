import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Files of `components/`, by their path in it: size and times of each. Nothing is read. */
export type ComponentsState = ReadonlyMap<string, string>;

/** With all that modules may keep beside them, but what was installed. */
export function componentsState(root: string): ComponentsState {
  const folder = join(root, 'components');
  const found = new Map<string, string>();
  for (const path of pathsIn(folder)) {
    const { size, mtimeMs, ino, mode } = statSync(join(folder, path), { throwIfNoEntry: false }) ?? {};
    found.set(path, `${size} ${mtimeMs} ${ino} ${mode}`);
  }
  return found;
}

export function changedComponents(before: ComponentsState, after: ComponentsState): string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path) !== after.get(path)).sort();
}

function pathsIn(folder: string, prefix = ''): string[] {
  let entries: ReturnType<typeof readEntries>;
  try {
    entries = readEntries(join(folder, prefix));
  } catch {
    // There need not be any.
    return [];
  }
  return entries.flatMap((entry) => {
    const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    if (entry.name.startsWith('.') || entry.name === 'node_modules') return [];
    return entry.isDirectory() ? pathsIn(folder, path) : [path];
  });
}

function readEntries(folder: string) {
  return readdirSync(folder, { withFileTypes: true });
}

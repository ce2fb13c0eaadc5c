import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A change to one file of the built product; `from` is there exactly once. */
export interface Patch {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A copy of the built product in a folder of its own, with one of its rules broken. */
export function openPatchedProduct(patches: readonly Patch[]): { readonly command: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'pzm-patched-'));
  for (const name of ['dist', 'flows', 'actionmappings', 'policies', 'package.json']) {
    cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const { file, from, to } of patches) {
    const path = join(folder, 'dist', file);
    const parts = readFileSync(path, 'utf8').split(from);
    if (parts.length !== 2) {
      throw new Error(`${file} has ${parts.length - 1} times what the mutation is about: ${from}`);
    }
    writeFileSync(path, parts.join(to));
  }
  return {
    command: join(folder, 'dist', 'cli', 'main.js'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

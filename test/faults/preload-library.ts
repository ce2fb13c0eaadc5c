import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const hasCompiler = spawnSync('cc', ['--version']).status === 0;

/** Something in C that changes what the system's calls do to a process that is started with this environment. */
export interface PreloadLibrary {
  readonly env: Readonly<Record<string, string>>;
  remove(): void;
}

/** `name` of preload/<name>.c. @throws Error where there is no C compiler */
export function buildPreload(name: 'power' | 'slow-open'): PreloadLibrary {
  const library = join(tmpdir(), `pzm-${name}-${process.pid}.so`);
  const source = fileURLToPath(new URL(`preload/${name}.c`, import.meta.url));
  const flags = ['-O1', '-shared', '-fPIC'];
  const { status, stderr } = spawnSync('cc', [...flags, '-o', library, source, '-ldl', '-lpthread']);
  if (status !== 0) throw new Error(`cc: ${stderr}`);
  return { env: { LD_PRELOAD: library }, remove: () => rmSync(library, { force: true }) };
}

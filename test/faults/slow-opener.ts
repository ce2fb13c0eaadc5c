import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPreload } from './preload-library.ts';
import type { FaultProject } from './project.ts';

const opener = fileURLToPath(new URL('preload/opener.mjs', import.meta.url));

/**
 * Opens the project's journal again and again, slowly (preload/slow-open.c), until it is told to stop. Tells then whether
 * it was still at it.
 */
export function startSlowOpener(project: FaultProject, command: string): { stop(): Promise<boolean> } {
  const library = buildPreload('slow-open');
  const reader = join(dirname(command), '..', 'journal', 'lmdb', 'reader.js');
  const args = [opener, reader, join(project.dataDir, 'journal')];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...library.env },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  return {
    async stop() {
      const isAtIt = child.exitCode === null && child.signalCode === null;
      if (isAtIt) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      library.remove();
      return isAtIt;
    },
  };
}

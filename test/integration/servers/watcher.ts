import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Observation } from '../../../src/model/observation.ts';

export interface Look {
  readonly observation: Observation;
  readonly tookMs: number;
  /** The most memory that the process has had so far. */
  readonly peakBytes: number;
}

export interface Watcher {
  look(kind: string, written: Readonly<Record<string, string>>, timeoutMs?: number): Promise<Look>;
  close(): Promise<void>;
}

/** A process that looks with the built product's observers, and trusts `authorities` beside the public ones. */
export function startWatcher(authorities: string): Watcher {
  const child = fork(fileURLToPath(new URL('./look.mjs', import.meta.url)), {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: authorities },
  });
  const end = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the watcher ended: ${code}`)));
  end.catch(() => {});
  return {
    async look(kind, written, timeoutMs = 5000) {
      const answer = once(child, 'message');
      child.send({ kind, written, timeoutMs });
      const [look] = (await Promise.race([answer, end])) as [Look];
      return look;
    },
    close: () => stop(child),
  };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.disconnect();
  await ended;
}

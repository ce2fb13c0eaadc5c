import type { NodeStatus } from './node.ts';

/** Whether the node does its work now; each problem is a sentence's worth of why it does not. */
export interface Readiness {
  readonly ready: boolean;
  readonly problems: readonly string[];
}

/** All processes are ready, a policy is in force, and the journal can be written. */
export function readinessOf({ processes, policy }: Pick<NodeStatus, 'processes' | 'policy'>): Readiness {
  const notReady = processes.filter(({ state }) => state !== 'ready');
  const isFull = processes.some(({ stats }) => (stats as { isFull?: unknown } | undefined)?.isFull === true);
  const problems = [
    ...notReady.map(({ name, state }) => `${name} is ${state}`),
    ...(policy && policy.revision !== '' ? [] : ['no policy is in force']),
    ...(isFull ? ['the disk that holds the journal is full'] : []),
  ];
  return { ready: problems.length === 0, problems };
}

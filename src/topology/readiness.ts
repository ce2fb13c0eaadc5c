import { closedBy } from './bottleneck.ts';
import type { NodeStatus } from './node.ts';

/** Whether the node does its work now; each problem is a sentence's worth of why it does not. */
export interface Readiness {
  readonly ready: boolean;
  readonly problems: readonly string[];
}

/** All processes are ready, a policy is in force, the journal can be written, and pushes are taken. */
export function readinessOf({ processes, policy }: Pick<NodeStatus, 'processes' | 'policy'>): Readiness {
  const notReady = processes.filter(({ state }) => state !== 'ready');
  const closed = closedBy(processes);
  const problems = [
    ...notReady.map(({ name, state }) => `${name} is ${state}`),
    ...(policy && policy.revision !== '' ? [] : ['no policy is in force']),
    ...(closed ? [closed.text] : []),
  ];
  return { ready: problems.length === 0, problems };
}

import type { Finding } from './finding.ts';
import type { PolicyFile, PolicyStamp, Target } from './policy.ts';

/** What is observed now, how often and with what: the Task Manager's row, which the scheduler follows. */
export interface Tasking extends PolicyStamp {
  /** Rises with each set that is applied. */
  readonly serial: number;
  readonly targets: readonly Target[];
}

/** How the policy stands: the Policy Manager's row. */
export interface PolicyStanding {
  /** The set in force; null before the first was applied. */
  readonly inForce: (PolicyStamp & { readonly files: readonly PolicyFile[]; readonly since: number }) | null;
  /** The last set, when it was refused. */
  readonly refused: (PolicyStamp & { readonly findings: readonly Finding[]; readonly time: number }) | null;
}

import { createFailedAttempts } from '../../../src/worker/failed-attempts.ts';
import type { Witness } from '../../../src/worker/run-evidence.ts';

/** A worker whose clock goes on by a millisecond with each look at it. */
export function aWitness(part: Partial<Witness> = {}): Witness {
  let looks = 0;
  return {
    worker: 'w1',
    incarnation: 'i1',
    now: () => 1000,
    elapsed: () => looks++,
    failed: createFailedAttempts(),
    ...part,
  };
}

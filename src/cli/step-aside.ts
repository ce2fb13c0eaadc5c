import { readdirSync } from 'node:fs';
import { setPriority } from 'node:os';

const niceness = 19;

/**
 * Gives whoever is watched the first turn at the processor. On Linux a priority is a thread's, so the helpers of the
 * runtime that are there already are asked one by one; those that come later inherit it.
 */
export function stepAside(): void {
  try {
    setPriority(niceness);
    if (process.platform === 'linux')
      for (const thread of readdirSync('/proc/self/task')) setPriority(Number(thread), niceness);
  } catch {
    // Not everybody may; it only matters on a machine that is busy.
  }
}

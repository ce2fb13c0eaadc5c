import type { FailedAttempt } from '../model/evidence.ts';

/**
 * What became of deliveries that were handed back, for when their tasks come again: mostly to the same worker. It is
 * lost with the worker, and the oldest make room for new ones: whoever tells of it says "where known".
 */
export interface FailedAttempts {
  /** By the task's name. */
  add(name: string, attempt: FailedAttempt): void;
  /** Oldest first. */
  of(name: string): readonly FailedAttempt[];
  forget(name: string): void;
}

const mostTasks = 1000;
/** The newest of a task. */
const mostOfTask = 8;

export function createFailedAttempts(): FailedAttempts {
  const byName = new Map<string, readonly FailedAttempt[]>();
  return {
    add(name, attempt) {
      const all = [...(byName.get(name) ?? []), attempt].slice(-mostOfTask);
      // Written anew, it is the newest of the map.
      byName.delete(name);
      byName.set(name, all);
      if (byName.size > mostTasks) byName.delete(byName.keys().next().value!);
    },
    of: (name) => byName.get(name) ?? [],
    forget: (name) => void byName.delete(name),
  };
}

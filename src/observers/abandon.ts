import { type Unreachable, unreachable } from './unreachable.ts';

/** Does the work under a name; rejects with the signal's reason as soon as it aborts, whatever the work does. */
export type Abandonable = <T>(
  name: string,
  signal: AbortSignal,
  work: () => Promise<T>,
) => Promise<T | Unreachable>;

/**
 * For work that hangs in the kernel, as a file of a server that is gone does: it is left behind at its deadline, and
 * until it ends no more of that name is begun. Each keeps a thread, and there are four.
 */
export function createAbandoner(): Abandonable {
  const abandoned = new Set<string>();
  return async (name, signal, work) => {
    if (abandoned.has(name)) return unreachable('timeout', `an earlier look at ${name} still hangs`);
    const working = work();
    return new Promise((resolve, reject) => {
      const abandon = () => {
        abandoned.add(name);
        working.catch(() => {}).finally(() => abandoned.delete(name));
        reject(signal.reason);
      };
      signal.addEventListener('abort', abandon, { once: true });
      working.then(resolve, reject).finally(() => signal.removeEventListener('abort', abandon));
    });
  };
}

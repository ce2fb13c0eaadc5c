import { setMaxListeners } from 'node:events';
import type { ObserveOptions } from './observer.ts';
import { type Unreachable, unreachable, unreachableBy } from './unreachable.ts';

/**
 * One look within its deadline, at which the look's own signal aborts, as it does with the caller's: the look is to
 * end then, everything closed. A failure that is the target's is an outcome; rejects as `ObserverKind.observe` does.
 */
export async function withinDeadline<T>(
  { signal, timeoutMs }: Pick<ObserveOptions, 'signal' | 'timeoutMs'>,
  look: (signal: AbortSignal) => Promise<T>,
): Promise<T | Unreachable> {
  signal.throwIfAborted();
  const stop = new AbortController();
  // A client listens for each connection and each request, and twenty redirects are a look as well.
  setMaxListeners(64, stop.signal);
  const abort = () => stop.abort();
  const timer = setTimeout(abort, timeoutMs);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await look(stop.signal);
  } catch (error) {
    signal.throwIfAborted();
    if (stop.signal.aborted) return unreachable('timeout', `no complete answer within ${timeoutMs} ms`);
    const outcome = unreachableBy(error);
    if (!outcome) throw error;
    return outcome;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

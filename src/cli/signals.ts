import { constants } from 'node:os';

/** The signals that ask a command to end: once politely, the second time at once. */
export interface Signals {
  /** Aborts at the first one. */
  readonly signal: AbortSignal;
  /** 130 after Ctrl-C, 143 after SIGTERM; 0 while there was none. */
  exitCode(): number;
  close(): void;
}

const ending = ['SIGINT', 'SIGTERM'] as const;

/** `hangup` is what SIGHUP does, which asks a daemon for something else than a command. */
export function openSignals(
  { hangup }: { hangup: 'ends' | 'is left to others' } = { hangup: 'ends' },
): Signals {
  const watched = hangup === 'ends' ? ([...ending, 'SIGHUP'] as const) : ending;
  const abort = new AbortController();
  let code = 0;
  const take = (name: 'SIGINT' | 'SIGTERM' | 'SIGHUP') => {
    // Children end by themselves when they lose their channel.
    if (code !== 0) process.exit(code);
    code = 128 + constants.signals[name];
    abort.abort();
  };
  for (const name of watched) process.on(name, take);
  return {
    signal: abort.signal,
    exitCode: () => code,
    close() {
      for (const name of watched) process.off(name, take);
    },
  };
}

/** Resolves when the signal aborts, or after `afterMs`. */
export function untilAborted(signal: AbortSignal, afterMs?: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = afterMs === undefined ? undefined : setTimeout(end, afterMs);
    function end() {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    }
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}

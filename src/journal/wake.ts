/** Somebody waits for a bell; a ring that comes while nobody waits is remembered, a lost one costs the poll's pause. */
export interface Wake {
  ring(): void;
  /** Resolves at the next ring, after `mostMs`, or when `signal` aborts; never rejects. */
  wait(mostMs: number, signal?: AbortSignal): Promise<void>;
}

export function createWake(): Wake {
  let rung = false;
  let wakeUp: (() => void) | undefined;
  return {
    ring() {
      rung = true;
      wakeUp?.();
    },
    wait(mostMs, signal) {
      return new Promise((resolve) => {
        const end = () => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', end);
          wakeUp = undefined;
          rung = false;
          resolve();
        };
        const timer = setTimeout(end, mostMs);
        signal?.addEventListener('abort', end);
        wakeUp = end;
        if (rung || signal?.aborted) end();
      });
    },
  };
}

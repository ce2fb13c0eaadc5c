import type { RowOutcome } from '../journal/journal.ts';

/** How one learns what has become of a push. */
export interface Outcomes {
  /** The journal's word; undefined for an id that it does not know. */
  outcomeOf(id: string): RowOutcome | undefined;
  /**
   * Calls `check` whenever something may have been settled, and once a second anyway, for bells get lost (R6);
   * never before it has returned, and never after the function that it returns was called.
   */
  onSettled(check: () => void): () => void;
}

export type Settled = Extract<RowOutcome, { state: 'settled' }>;

/** Undefined when `waitMs` have passed or `signal` has aborted first. */
export function settledWithin(
  id: string,
  waitMs: number,
  { outcomeOf, onSettled }: Outcomes,
  signal: AbortSignal,
): Promise<Settled | undefined> {
  return new Promise((resolve) => {
    const end = (settled?: Settled) => {
      stop();
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      resolve(settled);
    };
    const giveUp = () => end();
    const check = () => {
      const outcome = outcomeOf(id);
      if (outcome?.state === 'settled') end(outcome);
    };
    const stop = onSettled(check);
    const timer = setTimeout(giveUp, waitMs);
    signal.addEventListener('abort', giveUp);
    if (signal.aborted) giveUp();
    else check();
  });
}

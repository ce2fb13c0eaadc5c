import type { PolicyStamp, Target } from './policy.ts';

/** One order to observe: it carries its tasking, so that nothing has to be looked up on the way. */
export interface Tick {
  readonly target: Target;
  /** The set that ordered it; every event it leads to is stamped with it. */
  readonly policy: PolicyStamp;
  /** Of the tasking that ordered it: a text that comes back has its hash again, but a new number. */
  readonly serial: number;
  /** When it was due, ms since the epoch; null when a person asked. */
  readonly due: number | null;
  /** Ticks since the last one sent that were left out because that one was not settled yet. */
  readonly skipped: number;
}

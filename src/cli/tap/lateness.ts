import { humanDuration } from '../../model/duration.ts';

/** Who rests falls behind what is journaled: says so, when it is much, and not again for a while. */
export interface Lateness {
  /** What is to be told after a rest; `shownUpTo` and `now` in ms since the epoch. */
  textAt(shownUpTo: number, now: number): string | undefined;
}

const muchMs = 3000;
const againAfterMs = 10_000;

export function createLateness(): Lateness {
  let toldAt = Number.NEGATIVE_INFINITY;
  return {
    textAt(shownUpTo, now) {
      const behindMs = now - shownUpTo;
      // A clock that was set back tells again.
      if (behindMs < muchMs || (now >= toldAt && now - toldAt < againAfterMs)) return undefined;
      toldAt = now;
      return `— ${humanDuration(behindMs)} behind: the processors are busy, and the node goes first`;
    },
  };
}

/** Finds children whose event loop hangs: they leave pings unanswered. */
import type { ForkedChild } from './forked-child.ts';

const mostUnansweredPings = 5;

export class Liveness {
  readonly #everyMs: number;
  readonly #children: () => Iterable<ForkedChild>;
  #timer: NodeJS.Timeout | undefined;
  #lastMs = 0;

  /** `children` names those that must answer at present. */
  constructor(everyMs: number, children: () => Iterable<ForkedChild>) {
    this.#everyMs = everyMs;
    this.#children = children;
  }

  start(): void {
    this.#lastMs = performance.now();
    this.#timer = setInterval(() => this.#beat(), this.#everyMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #beat(): void {
    const nowMs = performance.now();
    // We stood still ourselves (a resumed laptop, a stopped process group): answers may wait in our own queue.
    const wasAway = nowMs - this.#lastMs > 2 * this.#everyMs;
    this.#lastMs = nowMs;
    for (const child of this.#children()) {
      if (wasAway) child.forgivePings();
      child.ping(mostUnansweredPings);
    }
  }
}

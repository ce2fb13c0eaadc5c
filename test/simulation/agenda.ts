/** Simulated time: what is to happen, earliest first; equal times in the order in which they were entered. */
export interface Agenda {
  readonly now: number;
  after(delayMs: number, action: () => void): void;
  /** Does the next thing; false when nothing is left. */
  step(): boolean;
}

interface Item {
  readonly at: number;
  readonly order: number;
  readonly action: () => void;
}

export function createAgenda(): Agenda {
  const heap: Item[] = [];
  let now = 0;
  let order = 0;
  const earlier = (a: number, b: number) =>
    heap[a]!.at < heap[b]!.at || (heap[a]!.at === heap[b]!.at && heap[a]!.order < heap[b]!.order);
  const swap = (a: number, b: number) => {
    const kept = heap[a]!;
    heap[a] = heap[b]!;
    heap[b] = kept;
  };
  return {
    get now() {
      return now;
    },
    after(delayMs, action) {
      heap.push({ at: now + delayMs, order: order++, action });
      for (let at = heap.length - 1; at > 0; ) {
        const parent = (at - 1) >> 1;
        if (!earlier(at, parent)) break;
        swap(at, parent);
        at = parent;
      }
    },
    step() {
      const first = heap[0];
      if (!first) return false;
      const last = heap.pop()!;
      if (heap.length > 0) {
        heap[0] = last;
        for (let at = 0; ; ) {
          let least = at;
          if (2 * at + 1 < heap.length && earlier(2 * at + 1, least)) least = 2 * at + 1;
          if (2 * at + 2 < heap.length && earlier(2 * at + 2, least)) least = 2 * at + 2;
          if (least === at) break;
          swap(at, least);
          at = least;
        }
      }
      now = first.at;
      first.action();
      return true;
    },
  };
}

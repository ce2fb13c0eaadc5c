/** Something that is due at a time; an array of them is a heap when the earliest of each branch is on top. */
export interface Due {
  /** Ms since the epoch. */
  dueMs: number;
}

/** Puts the earliest at index 0, in one pass over the array. */
export function heapify(entries: Due[]): void {
  for (let at = (entries.length >> 1) - 1; at >= 0; at--) siftDown(entries, at);
}

/** Restores the order after the entry at `at` became due later. */
export function siftDown(heap: Due[], at = 0): void {
  const entry = heap[at];
  if (!entry) return;
  for (;;) {
    const left = heap[2 * at + 1];
    if (!left) break;
    const right = heap[2 * at + 2];
    const isRight = right !== undefined && right.dueMs < left.dueMs;
    const earlier = isRight ? right : left;
    if (earlier.dueMs >= entry.dueMs) break;
    heap[at] = earlier;
    at = 2 * at + (isRight ? 2 : 1);
  }
  heap[at] = entry;
}

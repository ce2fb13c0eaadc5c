/**
 * The bell of the node says of each commit which sequences it wrote, and rings into the void for whoever is slow or away
 * (R6): a jump in what it says is what was not heard. The journal has it all; this only counts, so that it can be told.
 */
export interface Unheard {
  /** The bell told of these. */
  heard(ranges: readonly (readonly [first: number, count: number])[]): void;
  /** Events up to the sequence that the bell did not tell of, since this was asked last. */
  taken(upTo: number): number;
}

export function createUnheard(): Unheard {
  let next: number | undefined;
  let gaps: { first: number; end: number }[] = [];
  return {
    heard(ranges) {
      for (const [first, count] of ranges) {
        if (next !== undefined && first > next) gaps.push({ first: next, end: first });
        next = Math.max(next ?? 0, first + count);
      }
    },
    taken(upTo) {
      let count = 0;
      const later: typeof gaps = [];
      for (const { first, end } of gaps) {
        const until = Math.min(end, upTo + 1);
        if (until > first) count += until - first;
        if (end > until) later.push({ first: Math.max(first, until), end });
      }
      gaps = later;
      return count;
    },
  };
}

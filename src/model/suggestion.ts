import { closest, distance } from 'fastest-levenshtein';

/** The candidate that was probably meant, or undefined when none is near (a third of its length, at least two edits). */
export function suggest(written: string, candidates: readonly string[]): string | undefined {
  if (candidates.length === 0) return undefined;
  const best = closest(written, candidates);
  return distance(written, best) <= Math.max(2, Math.floor(best.length / 3)) ? best : undefined;
}

/** `; did you mean "x"?`, or nothing. */
export function didYouMean(written: string, candidates: readonly string[]): string {
  const best = suggest(written, candidates);
  return best === undefined ? '' : `; did you mean "${best}"?`;
}

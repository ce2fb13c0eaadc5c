import { createHash } from 'node:crypto';
import { changesText, cut, printable, scalarText } from './facts-text.ts';
import { changedNames } from './json-patch.ts';
import type { Facts, Outcome, Verdict } from './observation.ts';

/** A difference that was not yet seen as often as `confirm` asks for. */
export interface Candidate {
  /** What would be believed: a state of the verdict, or a digest where only details differ. */
  readonly what: string;
  /** Observations in a row that said so. */
  readonly count: number;
  /** Of the first of them, ms since the epoch. */
  readonly since: number;
  /** What the last of them said, for people; rows of before it was kept have none. */
  readonly says?: string;
}

/** What an observation says, or what is believed. */
export interface Known {
  readonly outcome: Outcome;
  readonly verdict: Verdict;
  readonly facts: Facts;
}

export type Belief =
  | { readonly kind: 'nothing-new' }
  | { readonly kind: 'unconfirmed'; readonly candidate: Candidate }
  /** `since`: when the first observation of it was made. */
  | { readonly kind: 'believed'; readonly since: number };

/**
 * Whether what was seen is believed. A verdict that differs is confirmed by the verdict alone: a service that fails in
 * another way each time does fail. Where the verdict stays, the details must be the same each time.
 */
export function weigh(
  known: Known,
  candidate: Candidate | null,
  seen: Known,
  { confirm, time }: { readonly confirm: number; readonly time: number },
): Belief {
  const what = differenceOf(known, seen);
  if (what === undefined) return { kind: 'nothing-new' };
  const isAgain = candidate?.what === what;
  const count = isAgain ? candidate.count + 1 : 1;
  const since = isAgain ? candidate.since : time;
  return count >= confirm
    ? { kind: 'believed', since }
    : { kind: 'unconfirmed', candidate: { what, count, since, says: saidBy(known, seen) } };
}

/** `violated, status 503`; where the verdict stays, what would change: `version 1.4.0 → 1.5.0`. */
function saidBy(known: Known, { outcome, verdict, facts }: Known): string {
  const isAway = outcome.kind === 'unreachable';
  if (known.verdict.state === verdict.state) {
    return isAway ? outcome.reason : changesText(known.facts, facts, changedNames(known.facts, facts));
  }
  const failing = cut(verdict.failures.map(({ fact, actual }) => `${printable(fact)} ${scalarText(actual)}`));
  return [verdict.state, ...(isAway ? [outcome.reason] : failing)].join(', ');
}

function differenceOf(known: Known, seen: Known): string | undefined {
  if (known.verdict.state !== seen.verdict.state) return seen.verdict.state;
  const now = detailsOf(seen);
  return detailsOf(known) === now ? undefined : createHash('sha256').update(now).digest('hex');
}

/** Of what is away only the reason counts: its details quote times and addresses. */
function detailsOf({ outcome, facts }: Known): string {
  if (outcome.kind === 'unreachable') return outcome.reason;
  return JSON.stringify(Object.entries(facts).sort(([a], [b]) => (a < b ? -1 : 1)));
}

import type { AttestedEvent, PeriodEnd } from './event.ts';
import type { PolicyStamp, Target } from './policy.ts';
import type { Coverage } from './tick-coverage.ts';

/** What an attestation counts. due = made + missed + skipped. */
export type CoverageCounts = Pick<Coverage, 'due' | 'made' | 'missed' | 'skipped'>;

/** A stretch of looking at one target under one policy set, not attested yet. Times are ms since the epoch. */
export interface CoveragePeriod extends CoverageCounts {
  /** Of the look that opened it, which it counts; the first of a node's life begins with that life. */
  readonly from: number;
  /** The longest time between two looks so far, those that people asked for included. */
  readonly longestGapMs: number;
  readonly policy: PolicyStamp;
}

/** All periods that were closed, added up. Closed and open ones together are what the row counts. */
export interface Attested extends CoverageCounts {
  readonly periods: number;
  /** Of those missed: while the node did not run. */
  readonly missedAway: number;
  /** Of all periods but those in which the node did not run. */
  readonly longestGapMs: number;
}

export interface Attesting {
  readonly seenAt: number;
  /** Null while the target is retired. */
  readonly period: CoveragePeriod | null;
  readonly attested: Attested;
}

/** The row's part, and the event if a period was closed. */
export interface Attestation {
  readonly row: Pick<Attesting, 'period' | 'attested'>;
  readonly event: AttestedEvent | undefined;
}

const noCounts: CoverageCounts = { due: 0, made: 0, missed: 0, skipped: 0 };
export const noAttested: Attested = { periods: 0, ...noCounts, missedAway: 0, longestGapMs: 0 };

/** One look, and what it added to the row's counts. */
export interface CountedLook {
  readonly target: Pick<Target, 'name' | 'attestMs'>;
  readonly policy: PolicyStamp;
  readonly time: number;
  readonly counts: CoverageCounts;
}

/**
 * A look closes the period that is over and opens the next one, so that the periods tile the time. What was missed
 * or skipped before it lies in the period before it.
 */
export function attestLook(before: Attesting | undefined, look: CountedLook): Attestation {
  const { target, policy, time, counts } = look;
  const attested = before?.attested ?? noAttested;
  if (!before?.period)
    return {
      row: { period: { from: time, longestGapMs: 0, policy, ...counts }, attested },
      event: undefined,
    };

  const { period, seenAt } = before;
  const longestGapMs = gapAt({ period, seenAt }, time);
  const isOtherSet = period.policy.hash !== policy.hash;
  // The wall clock may have been set back meanwhile: such a period is over, too.
  if (!isOtherSet && Math.abs(time - period.from) < target.attestMs) {
    return {
      row: { period: { ...period, ...addCounts(period, counts), longestGapMs }, attested },
      event: undefined,
    };
  }
  const { made, missed, skipped } = counts;
  const left = addCounts(period, { due: missed + skipped, made: 0, missed, skipped });
  const reason = isOtherSet ? 'policy' : 'attest';
  const closed = closePeriod({ ...before, period: { ...period, ...left } }, target, { time, reason });
  const next = { from: time, due: made, made, missed: 0, skipped: 0, longestGapMs: 0, policy };
  return { ...closed, row: { ...closed.row, period: next } };
}

/** Nobody looks from then on. */
export function closePeriod(
  { period, seenAt, attested = noAttested }: Attesting,
  { name }: Pick<Target, 'name'>,
  { time, reason }: { readonly time: number; readonly reason: PeriodEnd },
): Attestation {
  if (!period) return { row: { period: null, attested }, event: undefined };
  const { from, due, made, missed, skipped, policy } = period;
  const longestGapMs = gapAt({ period, seenAt }, time);
  const isAway = reason === 'start';
  const event: AttestedEvent = {
    type: 'polar.observation.attested',
    policy,
    data: {
      target: name,
      from: new Date(from).toISOString(),
      to: new Date(Math.max(from, time)).toISOString(),
      due,
      made,
      missed,
      skipped,
      longestGapMs,
      reason,
    },
  };
  const sum: Attested = {
    periods: attested.periods + 1,
    ...addCounts(attested, period),
    missedAway: attested.missedAway + (isAway ? missed : 0),
    longestGapMs: isAway ? attested.longestGapMs : Math.max(attested.longestGapMs, longestGapMs),
  };
  return { row: { period: null, attested: sum }, event };
}

/** The longest gap of a period that is looked at, or closed, at `time`. */
function gapAt({ period, seenAt }: { period: CoveragePeriod; seenAt: number }, time: number): number {
  // A period that began with the node's life has no look before that.
  return Math.max(period.longestGapMs, time - Math.max(seenAt, period.from));
}

export function addCounts(one: CoverageCounts, other: CoverageCounts): CoverageCounts {
  return {
    due: one.due + other.due,
    made: one.made + other.made,
    missed: one.missed + other.missed,
    skipped: one.skipped + other.skipped,
  };
}

/** What the counts grew by. */
export function countsBetween(before: CoverageCounts, after: CoverageCounts): CoverageCounts {
  return {
    due: after.due - before.due,
    made: after.made - before.made,
    missed: after.missed - before.missed,
    skipped: after.skipped - before.skipped,
  };
}

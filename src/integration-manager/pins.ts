import type { JournalSettings } from '../config/polar-ini.ts';
import type { JournalInfo, StateRow } from '../journal/journal.ts';
import type { RemovalRules } from '../journal/retention.ts';
import type { TargetState } from '../model/target-state.ts';

/* What keeps batches in the journal: nobody's promise is broken by retention. Pure. */

/** What the bridge's folder says; it is about one journal. */
export interface BridgeRows {
  readonly journalId: string | undefined;
  readonly cursors: readonly Cursor[];
}

interface Cursor {
  readonly name: string;
  /** The last sequence that the sink is done with. */
  readonly cursor: number;
}

/** A sink of the settings, and the sequence up to which events are not its business. */
export interface NamedSink {
  readonly name: string;
  readonly after: number;
}

/**
 * The sink that is furthest behind: every one that has a cursor, whether it runs or not, and every one that is to run
 * and has none yet. Undefined where there are no sinks.
 */
export function lastSink(
  { journalId, cursors }: BridgeRows,
  id: string,
  named: readonly NamedSink[],
): Cursor | undefined {
  // What is about another journal says nothing of this one: the bridge forgets it when it starts.
  const known = journalId === undefined || journalId === id ? cursors : [];
  const without = named.filter(({ name }) => !known.some((one) => one.name === name));
  return [...known, ...without.map(({ name, after }) => ({ name, cursor: after }))].sort(
    (one, other) => one.cursor - other.cursor,
  )[0];
}

/** A period of looking that is not attested yet. */
export interface OpenPeriod {
  readonly target: string;
  /** ms since the epoch. */
  readonly from: number;
}

/** Of the State Manager's rows. */
export function oldestPeriod(rows: readonly StateRow[]): OpenPeriod | undefined {
  let oldest: OpenPeriod | undefined;
  for (const { value } of rows) {
    const { target, period } = JSON.parse(value.toString()) as TargetState;
    if (period && !(oldest && oldest.from <= period.from))
      oldest = { target: target.name, from: period.from };
  }
  return oldest;
}

export interface Pins {
  readonly sink: Cursor | undefined;
  readonly period: OpenPeriod | undefined;
  /** When they were looked for. */
  readonly time: number;
}

export function rulesOf(
  { retainMs }: Pick<JournalSettings, 'retainMs'>,
  excessBytes: number,
  { sink, period, time }: Pins,
): RemovalRules {
  return {
    keepFrom: (sink?.cursor ?? Number.MAX_SAFE_INTEGER) + 1,
    keepSince: Math.min(period?.from ?? time, time),
    olderThan: retainMs === null ? Number.NEGATIVE_INFINITY : time - retainMs,
    excessBytes,
  };
}

/** Why the oldest batch stays, in words: the sink or the period that is not done with it. */
export function heldText(
  { sink, period }: Pins,
  oldest: { readonly last: number; readonly time: number },
  { nextSequence }: Pick<JournalInfo, 'nextSequence'>,
): string {
  if (sink && sink.cursor < oldest.last) {
    return `${sink.name} has come to seq ${sink.cursor} of ${nextSequence - 1}`;
  }
  if (period && period.from <= oldest.time) return `the period of looking at ${period.target} is not over`;
  return 'the rest is what is known of targets and tasks';
}

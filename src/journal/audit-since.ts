import { addCounts, type CoverageCounts } from '../model/attestation.ts';
import { codeOf } from '../model/errors.ts';
import { type AttestedEvent, isEventBody } from '../model/event.ts';
import { readJournal } from './follow.ts';
import type { JournalInfo, JournalReader, Tally } from './journal.ts';
import { sequenceFrom } from './moment.ts';
import { eventOf } from './record-event.ts';
import { minuteOf } from './tally.ts';

/** What happened since a time, by the journal. Each line of numbers adds up, or `lost` says by how much it does not. */
export interface AuditSince {
  /** Counted from here, ms since the epoch: a whole minute. */
  readonly from: number;
  /** Why less is counted than was asked for; null when all of it is. */
  readonly gap: 'journal-made' | 'counts-begin' | 'not-counted' | null;
  /** What retention has removed of it: the sequences before this one, last at that time. Null for nothing. */
  readonly removed: { readonly before: number; readonly at: number } | null;
  /** Events; the oldest of them would have the sequence `first`. */
  readonly committed: number;
  readonly first: number;
  /** Waiting before + accepted = completed + dead-lettered + pending + parked. */
  readonly tasks: {
    readonly waitingBefore: number;
    readonly settled: number;
    readonly accepted: number;
    readonly completed: number;
    readonly deadLettered: number;
    readonly pending: number;
    readonly parked: number;
  };
  /** By the events of the periods that ended meanwhile, each counted whole; those removed are not among them. */
  readonly periods: CoverageCounts & {
    readonly count: number;
    /** When the oldest of them began; null when there are none. */
    readonly from: number | null;
  };
  readonly lost: number;
}

type Reader = Pick<JournalReader, 'info' | 'batchAt' | 'tallyFrom'>;

export function auditSince(
  reader: Reader,
  since: number,
  /** Told of each record that was read. */
  onRead: (sequence: number) => void = () => {},
): AuditSince {
  const now = reader.info();
  // Commits that were counted stay counted when retention has removed them.
  const { from, gap, base } = baseOf(reader, now, minuteOf(since));
  const tasks = tasksBetween(base, now);
  const periods = periodsFrom(reader, base.nextSequence, now, onRead);
  const { waitingBefore, accepted, completed, deadLettered, pending, parked } = tasks;
  const lostTasks = waitingBefore + accepted - completed - deadLettered - pending - parked;
  const lost = Math.abs(lostTasks) + periods.lost;
  return {
    removed:
      now.removed && base.nextSequence < now.firstSequence
        ? { before: now.firstSequence, at: now.removed.at }
        : null,
    ...{ from, gap, committed: now.nextSequence - base.nextSequence, first: base.nextSequence },
    ...{ tasks, periods: periods.counts, lost },
  };
}

/** The sequence that `auditSince` counts from. */
export function firstSince(reader: Reader, since: number): number {
  return baseOf(reader, reader.info(), minuteOf(since)).base.nextSequence;
}

/** The counts as they stood then, or as soon after as they are known. */
function baseOf(
  reader: Reader,
  now: JournalInfo,
  from: number,
): Pick<AuditSince, 'from' | 'gap'> & { readonly base: Tally } {
  const found = reader.tallyFrom(from);
  const { firstSequence, nextSequence } = now;
  const first = Math.max(firstSequence, sequenceFrom(reader, { kind: 'time', time: from }));
  // Nothing was committed since then; or whoever wrote it kept no counts by the minute.
  if (!found) return { from, gap: first < nextSequence ? 'not-counted' : null, base: now };
  if (first < found.tally.nextSequence || isUnknownBefore(reader, found, from)) {
    return { from: found.minute, gap: 'counts-begin', base: found.tally };
  }
  const isOlder = from < minuteOf(now.created);
  return { from: isOlder ? now.created : from, gap: isOlder ? 'journal-made' : null, base: found.tally };
}

/** Where records are gone, only the counts can say that all of them were counted: those from before, or from the start. */
function isUnknownBefore(
  reader: Reader,
  found: { readonly minute: number; readonly tally: Tally },
  from: number,
): boolean {
  const isOldest = reader.tallyFrom(0)?.minute === found.minute;
  return isOldest && found.minute > from && found.tally.nextSequence > 1;
}

function tasksBetween(before: Tally, now: Tally): AuditSince['tasks'] {
  const { totals } = now;
  return {
    waitingBefore: before.pending + before.parked,
    settled: totals.settledTasks - before.totals.settledTasks,
    accepted: totals.accepted - before.totals.accepted,
    completed: totals.completed - before.totals.completed,
    deadLettered: totals.deadRows - before.totals.deadRows,
    pending: now.pending,
    parked: now.parked,
  };
}

function periodsFrom(reader: Reader, first: number, info: JournalInfo, onRead: (sequence: number) => void) {
  let counts: AuditSince['periods'] = { count: 0, from: null, due: 0, made: 0, missed: 0, skipped: 0 };
  let lost = 0;
  for (const record of readJournal(reader, first)) {
    // What is committed while we look is not ours to judge.
    if (record.sequence >= info.nextSequence) break;
    onRead(record.sequence);
    const data = periodOf(record, info);
    if (!data) continue;
    const from = Date.parse(data.from);
    const { count } = counts;
    counts = {
      ...{ count: count + 1, from: Math.min(counts.from ?? from, from) },
      ...addCounts(counts, data),
    };
    lost += Math.abs(data.due - data.made - data.missed - data.skipped);
  }
  return { counts, lost };
}

function periodOf(record: Parameters<typeof eventOf>[0], info: JournalInfo) {
  try {
    const { type, data, policyrevision: revision, policyhash: hash } = eventOf(record, info);
    if (type !== 'polar.observation.attested') return undefined;
    const body: unknown = { type, policy: { revision, hash }, data };
    return isEventBody(body) ? (body as AttestedEvent).data : undefined;
  } catch (error) {
    // No event at all: it is in quarantine.
    if (codeOf(error) === undefined) throw error;
    return undefined;
  }
}

import type { JournalRecord } from '../journal/batch.ts';
import { readJournal, readJournalBack } from '../journal/follow.ts';
import type { JournalReader } from '../journal/journal.ts';
import type { SetAside } from '../journal/lmdb/bridge-reader.ts';
import { eventOf } from '../journal/record-event.ts';
import { policyKeyOf, policyManagerName } from '../model/actor-names.ts';
import type { CloudEvent } from '../model/cloud-event.ts';
import { decodeEnvelope } from '../model/envelope.ts';
import type { Failure } from '../model/observation.ts';
import type { PolicyFile } from '../model/policy.ts';
import type { PolicyStanding } from '../model/tasking.ts';
import { type PolicyPlace, placeOfTarget } from '../policies/policy-place.ts';
import { targetEventOf } from './journal-events.ts';
import { type RunStory, runOfEvent } from './run-story.ts';
import { isoText } from './time-text.ts';

/** Why there is an event, as far as the journal tells. What it does not know is null, and named in `unknown`. */
export interface EventStory {
  /** Its id. */
  readonly name: string;
  readonly kind: 'event';
  readonly event: CloudEvent;
  readonly task: TaskStory;
  readonly run: RunStory | null;
  readonly flow: { readonly name: string; readonly action: string };
  readonly commit: {
    readonly time: string;
    /** Sequences of its batch. */
    readonly first: number;
    readonly last: number;
    readonly head: string;
  };
  readonly policy: PolicyStory | null;
  readonly failures: readonly (Failure & { readonly place: PolicyPlace | null })[];
  readonly delivery: readonly Delivery[];
  readonly unknown: readonly string[];
}

/** The task that led to it. */
export interface TaskStory {
  /** Null for one that is named by source, key and number. */
  readonly id: string | null;
  readonly source: string;
  readonly number: number;
  /** When it was due, for ticks: their number is that time. */
  readonly due: string | null;
  readonly key: string;
  readonly time: string;
  readonly deadline: string | null;
  /** Its deliveries to workers, the one that led to this event included. */
  readonly attempts: number;
  readonly causationId: string | null;
  readonly correlationId: string | null;
}

export interface PolicyStory {
  readonly revision: string;
  readonly hash: string;
  /** The event by which it was in force; null when that is not in the journal. */
  readonly appliedBy: number | null;
  /** Of the target. */
  readonly place: PolicyPlace | null;
}

export interface Delivery {
  readonly sink: string;
  /**
   * `settled`: the sink is done with it, as with everything up to its cursor. `redriving`: it was in quarantine and is
   * to be sent again.
   */
  readonly state: 'settled' | 'quarantined' | 'redriving' | 'waiting';
  /** Up to where the sink is settled. */
  readonly cursor: number;
  readonly reason: string | null;
}

/** Where a sink stands, and whether it set the event aside. */
export interface SinkPosition {
  readonly name: string;
  readonly cursor: number;
  readonly row: SetAside | undefined;
}

const tickSource = 'scheduler';
/** Of journals that were written before it was kept, and of batches with too much of it. */
const ofTheRun = ['the worker', 'when each step ran', 'the revision of the flow that was walked'];

type Reader = Pick<JournalReader, 'info' | 'batchAt' | 'evidenceOf' | 'stateRow'>;

/** Undefined when the journal does not hold the sequence. @throws body.not-data, subject-name.invalid */
export function eventStory(
  reader: Reader,
  sequence: number,
  sinks: readonly SinkPosition[],
): EventStory | undefined {
  const found = recordAt(reader, sequence);
  if (!found) return undefined;
  const { record, first, last } = found;
  const event = eventOf(record, reader.info());
  const about = targetEventOf(event);
  const set = event.policyhash === undefined ? undefined : setOf(reader, sequence, event.policyhash);
  const place = about && set && placeOfTarget(set.files, about.data.target);
  const run = runOfEvent(reader, sequence) ?? null;
  const [name = '', action = ''] = record.topic.split('/');
  return {
    name: event.id,
    kind: 'event',
    event,
    task: taskStory(record.record),
    run,
    flow: { name, action },
    commit: { time: event.time, first, last, head: record.chainHead },
    policy:
      event.policyhash === undefined
        ? null
        : {
            revision: event.policyrevision ?? '',
            hash: event.policyhash,
            appliedBy: set?.sequence ?? null,
            place: place ? { file: place.file, line: place.line } : null,
          },
    failures: (about?.data.verdict?.failures ?? []).map((failure) => ({
      ...failure,
      place: place?.settingPlace(`expect.${failure.fact}`) ?? null,
    })),
    delivery: sinks.map((sink) => deliveryOf(sink, sequence)),
    unknown: run ? [] : ofTheRun,
  };
}

function recordAt(
  reader: Reader,
  sequence: number,
): { record: JournalRecord; first: number; last: number } | undefined {
  const batch = reader.batchAt(sequence)?.batch;
  if (!batch || batch.firstSequence > sequence) return undefined;
  for (const record of readJournal(reader, sequence)) {
    if (record.sequence !== sequence) break;
    return { record, first: batch.firstSequence, last: batch.firstSequence + batch.count - 1 };
  }
  return undefined;
}

export function taskStory(record: Buffer): TaskStory {
  const task = decodeEnvelope(record);
  return {
    id: task.id || null,
    source: task.source,
    number: task.number,
    due: task.source === tickSource ? isoText(task.number) : null,
    key: task.key,
    time: isoText(task.time),
    deadline: task.deadline > 0 ? isoText(task.deadline) : null,
    attempts: task.attempt + 1,
    causationId: task.causationId || null,
    correlationId: task.correlationId || null,
  };
}

/** The set with this hash, as the newest event up to the sequence says it. */
function setOf(
  reader: Reader,
  sequence: number,
  hash: string,
): { sequence: number | null; files: readonly PolicyFile[] } | undefined {
  for (const record of readJournalBack(reader, sequence)) {
    // Most events are about something else: their bodies need not be read.
    if (!record.record.includes(hash)) continue;
    const event = eventOf(record, reader.info());
    const isIt = event.type === 'polar.policy.applied' || event.type === 'polar.policy.refused';
    if (!isIt || event.policyhash !== hash) continue;
    return { sequence: record.sequence, files: (event.data as { files: readonly PolicyFile[] }).files };
  }
  // Its event is gone, but of the set in force there is a row.
  const { node } = reader.info();
  const row = reader.stateRow(policyManagerName, policyKeyOf(node));
  const standing = row && (JSON.parse(row.value.toString()) as PolicyStanding);
  return standing?.inForce?.hash === hash ? { sequence: null, files: standing.inForce.files } : undefined;
}

function deliveryOf({ name, cursor, row }: SinkPosition, sequence: number): Delivery {
  const state = row?.state ?? (sequence <= cursor ? 'settled' : 'waiting');
  return { sink: name, state, cursor, reason: row?.reason ?? null };
}

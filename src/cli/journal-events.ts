import type { JournalRecord } from '../journal/follow.ts';
import { eventOf } from '../journal/record-event.ts';
import type { CloudEvent } from '../model/cloud-event.ts';
import { codeOf } from '../model/errors.ts';
import { isEventBody, isObservationEvent, type ObservationEvent } from '../model/event.ts';

/** An event of the product's own about a target. */
export interface TargetEvent extends ObservationEvent {
  readonly sequence: number;
  /** When it was committed, ms since the epoch. */
  readonly time: number;
  readonly event: CloudEvent;
}

type Journal = Parameters<typeof eventOf>[1];

/** Records as events, in their order. One that is no event has gone into quarantine: it is left out. */
export function* eventsOf(records: Iterable<JournalRecord>, journal: Journal): Generator<CloudEvent> {
  for (const record of records) {
    try {
      yield eventOf(record, journal);
    } catch (error) {
      if (codeOf(error) === undefined) throw error;
    }
  }
}

/** The event as one about a target; undefined when it is about something else. */
export function targetEventOf(event: CloudEvent): TargetEvent | undefined {
  const { type, data, policyrevision: revision, policyhash: hash } = event;
  const body: unknown = { type, policy: { revision, hash }, data };
  if (!isEventBody(body) || !isObservationEvent(body)) return undefined;
  return { ...body, sequence: Number(event.sequence), time: Date.parse(event.time), event };
}

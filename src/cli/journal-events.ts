import type { JournalRecord } from '../journal/batch.ts';
import { eventOf } from '../journal/record-event.ts';
import type { CloudEvent } from '../model/cloud-event.ts';
import { codeOf } from '../model/errors.ts';
import {
  type AttestedEvent,
  isEventBody,
  isObservationEvent,
  type ObservationEvent,
} from '../model/event.ts';

interface Journaled {
  readonly sequence: number;
  /** When it was committed, ms since the epoch. */
  readonly time: number;
  readonly event: CloudEvent;
}

/** An event of the product's own about what is known of a target. */
export type TargetEvent = ObservationEvent & Journaled;

/** One about how much of what was due was looked at. */
export type PeriodEvent = AttestedEvent & Journaled;

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
  const body = bodyOf(event);
  return body && isObservationEvent(body) ? { ...body, ...journaled(event) } : undefined;
}

/** The event as one about a period of looking; undefined when it is about something else. */
export function periodEventOf(event: CloudEvent): PeriodEvent | undefined {
  const body = bodyOf(event);
  return body?.type === 'polar.observation.attested' ? { ...body, ...journaled(event) } : undefined;
}

function bodyOf({ type, data, policyrevision: revision, policyhash: hash }: CloudEvent) {
  const body: unknown = { type, policy: { revision, hash }, data };
  return isEventBody(body) ? body : undefined;
}

function journaled(event: CloudEvent): Journaled {
  return { sequence: Number(event.sequence), time: Date.parse(event.time), event };
}

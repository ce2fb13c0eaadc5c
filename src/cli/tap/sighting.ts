import type { JournalRecord } from '../../journal/batch.ts';
import { eventOf } from '../../journal/record-event.ts';
import type { CloudEvent } from '../../model/cloud-event.ts';
import { codeOf, messageOf } from '../../model/errors.ts';
import { headerOf, type RoutingHeader } from './header.ts';

type Journal = Parameters<typeof eventOf>[1];

/** A record that passes by: what is dear to make is made when it is asked for, and once. */
export class Sighting {
  readonly record: JournalRecord;
  readonly topic: string;
  readonly journal: Journal;
  #event: CloudEvent | undefined;
  #header: RoutingHeader | undefined;
  #problem: string | undefined;

  constructor(record: JournalRecord, journal: Journal) {
    this.record = record;
    this.topic = record.topic;
    this.journal = journal;
  }

  /** Undefined for a record that can never be delivered: `problem` says why. */
  get event(): CloudEvent | undefined {
    if (this.#event || this.#problem !== undefined) return this.#event;
    try {
      this.#event = eventOf(this.record, this.journal);
    } catch (error) {
      if (codeOf(error) === undefined) throw error;
      this.#problem = messageOf(error);
    }
    return this.#event;
  }

  get problem(): string | undefined {
    return this.event ? undefined : this.#problem;
  }

  get header(): RoutingHeader {
    this.#header ??= headerOf(this.record);
    return this.#header;
  }

  /** What a condition can name; undefined with a problem. */
  fields(): Readonly<Record<string, unknown>> | undefined {
    const { event, topic, header } = this;
    return event && { ...event, topic, target: targetOf(event), header };
  }
}

/** `http:shop`; of what is about no target, what it is about. */
export function targetOf({ data, subject }: CloudEvent): string {
  const { target } = (data ?? {}) as { target?: unknown };
  return typeof target === 'string' ? target : subject;
}

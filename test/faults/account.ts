import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { auditJournal } from '../../src/journal/audit.ts';
import type { JournalRecord } from '../../src/journal/batch.ts';
import { readJournal } from '../../src/journal/follow.ts';
import type { JournalReader } from '../../src/journal/journal.ts';
import { withBridge } from '../../src/journal/lmdb/bridge-reader.ts';
import { openJournalReader } from '../../src/journal/lmdb/reader.ts';
import { verifyJournal } from '../../src/journal/verify.ts';
import { bodyOf, decodeEnvelope } from '../../src/model/envelope.ts';
import type { FaultProject } from './project.ts';

/**
 * What the journal says, read by ourselves and not asked of the product's commands: which task has how many events, and
 * whether the orders and chains of protocol.md hold from the first record on.
 */
export class Account {
  readonly #path: string;
  /** The bridge's environment. */
  readonly #bridge: string;
  /** Where the components note down what they do. */
  readonly #marks: string;
  /** Events per task's id. */
  readonly #records = new Map<string, string[]>();
  readonly #lastOf = new Map<string, { n: number; nth: number }>();
  readonly #factsOf = new Map<string, string>();
  readonly #problems: string[] = [];
  #next = 1;
  #anchor: string | undefined;

  constructor({ dataDir, folder }: FaultProject) {
    this.#marks = join(folder, 'marks');
    this.#path = join(dataDir, 'journal');
    this.#bridge = join(dataDir, 'bridge');
  }

  /** Opened for one question, so that nothing of ours is in the way of an owner that recovers. */
  async ask<T>(question: (reader: JournalReader) => T): Promise<T> {
    const reader = openJournalReader(this.#path);
    try {
      return question(reader);
    } finally {
      await reader.close();
    }
  }

  /** Calls back in the moment in which a reader sees a new head, which from then on must stay; resolves with it. */
  async seeNews(onNews: () => void, withinMs = 60_000): Promise<string> {
    const reader = openJournalReader(this.#path);
    try {
      const { head } = reader.info();
      const end = performance.now() + withinMs;
      while (reader.info().head === head) {
        if (performance.now() > end) throw new Error('The journal had nothing new.');
        await new Promise((resolve) => setImmediate(resolve));
      }
      const seen = reader.info().head;
      onNews();
      this.#anchor = seen;
      return seen;
    } finally {
      await reader.close();
    }
  }

  /** Ids of the events that carry this task's id. */
  eventsOf(id: string): readonly string[] {
    return this.#records.get(id) ?? [];
  }

  /** Ids of the events that some sink has set aside, with a reason. */
  async setAside(): Promise<ReadonlySet<string>> {
    const id = await this.ask((reader) => reader.info().id);
    const sequences = await withBridge(this.#bridge, (bridge) => bridge.setAsideSequences(0, 100_000));
    return new Set(sequences.map((sequence) => `${id}-${sequence}`));
  }

  /** Reads on from where it stood. */
  async read(): Promise<void> {
    await this.ask((reader) => {
      const { id } = reader.info();
      for (const record of readJournal(reader, this.#next)) {
        if (record.sequence !== this.#next) this.#problems.push(`${this.#next} is missing`);
        this.#next = record.sequence + 1;
        this.#note(record, `${id}-${record.sequence}`);
      }
    });
  }

  /** What is wrong with the whole journal up to now; of its records, each is named once. */
  async problems(): Promise<readonly string[]> {
    await this.read();
    return this.ask((reader) => [...this.#problems.splice(0), ...this.#ofTheWhole(reader)]);
  }

  #ofTheWhole(reader: JournalReader): string[] {
    const problems: string[] = [];
    const verified = verifyJournal(reader, this.#anchor);
    if (!verified.holds) problems.push(`the chain breaks at ${verified.sequence}: ${verified.problem}`);
    else if (this.#anchor && verified.anchoredAt === undefined)
      problems.push('what was seen before is not in the journal any more');
    else this.#anchor = verified.head;
    const overlaps = join(this.#marks, 'overlaps');
    if (existsSync(overlaps)) {
      problems.push(`a key ran twice at once: ${readFileSync(overlaps, 'utf8').trim()}`);
      rmSync(overlaps);
    }
    const { lost } = auditJournal(reader);
    if (lost !== 0) problems.push(`audit says lost ${lost}`);
    return problems;
  }

  #note({ topic, record }: JournalRecord, event: string): void {
    const { key, subject } = decodeEnvelope(record);
    const body = JSON.parse(bodyOf(record, 0).toString()) as Body;
    if (topic.endsWith('/counted/')) this.#noteCounted(key, body as CountedBody, event);
    else if ('data' in body && body.data.facts) this.#noteFacts(subject || key, body.data, event);
  }

  #noteCounted(key: string, { id, n = 0, nth, kind }: CountedBody, event: string): void {
    const events = this.#records.get(id) ?? [];
    this.#records.set(id, [...events, event]);
    const last = this.#lastOf.get(key) ?? { n: 0, nth: 0 };
    // Each has read what the one before it wrote.
    if (nth !== last.nth + 1) this.#problems.push(`${id} is number ${nth} of ${key}, after ${last.nth}`);
    // One that waited for its answer comes later than those that were pushed after it.
    const isInOrder = kind === 'asking' || n === 0 || n > last.n;
    if (!isInOrder) this.#problems.push(`${id} comes after a later one of ${key}`);
    this.#lastOf.set(key, { n: kind === 'asking' ? last.n : Math.max(n, last.n), nth });
  }

  #noteFacts(subject: string, { facts, before }: Observed, event: string): void {
    const known = this.#factsOf.get(subject);
    const previous = before === null ? undefined : JSON.stringify(before);
    if (previous !== known) this.#problems.push(`${event} of ${subject} does not follow the one before it`);
    this.#factsOf.set(subject, JSON.stringify(facts));
  }
}

interface CountedBody {
  readonly id: string;
  readonly n?: number;
  readonly nth: number;
  readonly kind?: string;
}

interface Observed {
  readonly facts?: unknown;
  readonly before: unknown;
}

type Body = CountedBody | { readonly data: Observed };

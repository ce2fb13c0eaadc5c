import { createRemoval, type RemovalRules } from '../../src/journal/retention.ts';
import { type Charge, withCharge } from '../../src/model/charge.ts';
import type { Commit, CommittedEvidence } from '../../src/model/commit.ts';
import { writeNumber } from '../../src/model/envelope.ts';
import {
  type DeadLetter,
  type KeyRow,
  type LetterOrder,
  type ParkedRow,
  pendingSource,
} from '../../src/model/run.ts';

export interface StoredRecord {
  readonly sequence: number;
  readonly topic: string;
  readonly record: Buffer;
}

/** The journal as the cores see it, in memory: a commit happens at once and is durable. */
export interface MemoryJournal {
  readonly records: { topic: string; count: number; bytes: Buffer }[];
  /** Of commits with records, oldest first: how many of `records` are theirs. */
  readonly batches: { firstSequence: number; count: number; time: number; segments: number }[];
  readonly evidence: CommittedEvidence[];
  nextSequence: number;
  nextOrder: number;
  readonly keys: Map<string, KeyRow>;
  readonly charges: Map<string, readonly Charge[]>;
  readonly states: Map<string, { version: number; value: Buffer }>;
  readonly pending: Map<number, Buffer>;
  readonly ids: Map<string, 'pending' | 'parked' | 'settled'>;
  readonly parked: Map<string, ParkedRow>;
  /** By order: those that are there, and all that ever were. */
  readonly dead: Map<number, DeadLetter>;
  readonly letters: Map<number, DeadLetter>;
  /** By id: how often a task waited again. */
  readonly redriven: Map<string, number>;
}

export function createMemoryJournal(): MemoryJournal {
  return {
    records: [],
    batches: [],
    evidence: [],
    nextSequence: 1,
    nextOrder: 1,
    keys: new Map(),
    charges: new Map(),
    states: new Map(),
    pending: new Map(),
    ids: new Map(),
    parked: new Map(),
    dead: new Map(),
    letters: new Map(),
    redriven: new Map(),
  };
}

export function applyCommit(journal: MemoryJournal, commit: Commit, time = 0): void {
  if (commit.records > 0) {
    const { segments, records: count } = commit;
    journal.batches.push({ firstSequence: journal.nextSequence, count, time, segments: segments.length });
  }
  journal.records.push(...commit.segments);
  journal.evidence.push(...commit.evidence);
  journal.nextSequence += commit.records;
  for (const [key, row] of commit.keyRows) journal.keys.set(key, row);
  for (const [key, charges] of commit.charges) {
    if (charges.length > 0) journal.charges.set(key, charges);
    else journal.charges.delete(key);
  }
  for (const [id, { write, version }] of commit.states)
    journal.states.set(id, { version, value: write.value });
  for (const { id, record } of commit.children) {
    addPending(journal, record);
    journal.ids.set(id, 'pending');
  }
  for (const { row } of commit.settledRows) {
    journal.pending.delete(row.order);
    if (row.outcome !== 'parked') journal.ids.set(row.id, 'settled');
  }
  for (const { correlationId, id, resumed } of commit.unparks) {
    journal.parked.delete(correlationId);
    journal.ids.set(id, resumed ? 'pending' : 'settled');
    if (resumed) addPending(journal, resumed);
  }
  for (const row of commit.parks) {
    journal.parked.set(row.correlationId, row);
    journal.ids.set(row.id, 'parked');
  }
  for (const { order, retried } of commit.letterOrders) {
    journal.dead.delete(order);
    if (retried) redrive(journal, retried);
  }
  for (const letter of commit.deadLetters) {
    journal.letters.set(journal.nextOrder, letter);
    journal.dead.set(journal.nextOrder++, letter);
  }
}

function redrive(
  journal: MemoryJournal,
  { id, key, record, history, redrives }: NonNullable<LetterOrder['retried']>,
): void {
  const number = journal.nextOrder;
  addPending(journal, record);
  journal.ids.set(id, 'pending');
  const charge = { source: pendingSource, number, attempts: 0, history, redrives };
  journal.charges.set(key, withCharge(journal.charges.get(key) ?? [], charge));
  journal.redriven.set(id, (journal.redriven.get(id) ?? 0) + 1);
}

/** How many batches were removed. */
export function removeOldest(journal: MemoryJournal, rules: RemovalRules): number {
  const removal = createRemoval(rules);
  let removed = 0;
  while (journal.batches.length > 1) {
    const [batch] = journal.batches;
    if (!batch || !removal.takes({ ...batch, sizeBytes: 0 })) break;
    journal.batches.shift();
    journal.records.splice(0, batch.segments);
    const next = batch.firstSequence + batch.count;
    while (journal.evidence[0] && journal.evidence[0].first < next) journal.evidence.shift();
    removed++;
  }
  return removed;
}

function addPending(journal: MemoryJournal, record: Buffer): void {
  const order = journal.nextOrder++;
  const copy = Buffer.from(record);
  writeNumber(copy, order);
  journal.pending.set(order, copy);
}

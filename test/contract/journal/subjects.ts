import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stateId } from '../../../src/integration-manager/settle.ts';
import type { JournalReader } from '../../../src/journal/journal.ts';
import { openJournalWriter } from '../../../src/journal/lmdb/writer.ts';
import type { RemovalRules } from '../../../src/journal/retention.ts';
import { applyCommit, createMemoryJournal, removeOldest } from '../../simulation/memory-journal.ts';
import type { JournalSubject } from '../journal.ts';

export const lmdbJournal: JournalSubject = {
  name: 'LMDB',
  open() {
    const folder = mkdtempSync(join(tmpdir(), 'pzm-journal-'));
    const writer = openJournalWriter(folder, 'anna', 0);
    const journal = {
      ...writer,
      commit: (commit: Parameters<typeof writer.commit>[0], time = 0) =>
        writer.commit(commit, time).records.first,
      remove: (rules: RemovalRules) => writer.removeOldest(rules, [], 0).batches,
      pendingAfter: (order: number) => writer.pendingAfter(order, 1000),
      segments: () => segmentsOf(writer),
      deadLetters: () => writer.deadLetters(1000).map(({ record }) => record),
      nextSequence: () => writer.info().nextSequence,
    };
    const close = async () => {
      await writer.close();
      rmSync(folder, { recursive: true });
    };
    return { journal, close };
  },
};

/** The simulator's: what its runs prove holds as far as this is a journal. */
export const memoryJournal: JournalSubject = {
  name: 'in memory',
  open() {
    const memory = createMemoryJournal();
    const journal = {
      keyRow: (key: string) => memory.keys.get(key),
      chargesOf: (key: string) => memory.charges.get(key) ?? [],
      stateVersion: (actor: string, key: string) => memory.states.get(stateId(actor, key))?.version ?? 0,
      isPending: (order: number) => memory.pending.has(order),
      knowsId: (id: string) => memory.ids.has(id),
      commit(commit: Parameters<typeof applyCommit>[1], time = 0) {
        const first = memory.nextSequence;
        applyCommit(memory, commit, time);
        return first;
      },
      remove: (rules: RemovalRules) => removeOldest(memory, rules),
      stateRow: (actor: string, key: string) => memory.states.get(stateId(actor, key)),
      pendingAfter: (order: number) =>
        Array.from(memory.pending, ([at, record]) => ({ order: at, record })).filter(
          (row) => row.order > order,
        ),
      segments: () => memory.records,
      isParked: (correlationId: string) => memory.parked.has(correlationId),
      isDead: (order: number) => memory.dead.has(order),
      deadLetters: () => [...memory.dead.values()].map(({ record }) => record),
      nextSequence: () => memory.nextSequence,
      evidenceOf: (sequence: number) =>
        memory.evidence.find(({ first, count }) => first <= sequence && sequence < first + count),
    };
    return { journal, close: async () => {} };
  },
};

function segmentsOf(reader: JournalReader) {
  const segments = [];
  for (let next = 1; ; ) {
    const found = reader.batchAt(next);
    if (!found) return segments;
    for (const { topic, count, bytes } of found.batch.segments) segments.push({ topic, count, bytes });
    next = found.batch.firstSequence + found.batch.count;
  }
}

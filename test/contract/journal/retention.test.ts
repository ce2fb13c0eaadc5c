import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settle } from '../../../src/integration-manager/settle.ts';
import { exportJournal } from '../../../src/journal/export.ts';
import type { JournalWriter } from '../../../src/journal/journal.ts';
import { openJournalReader } from '../../../src/journal/lmdb/reader.ts';
import { openTables } from '../../../src/journal/lmdb/tables.ts';
import { openJournalWriter } from '../../../src/journal/lmdb/writer.ts';
import { sequenceBy } from '../../../src/journal/moment.ts';
import { verifyJournal } from '../../../src/journal/verify.ts';
import { aResult, records } from './results.ts';

let folder: string;
let journal: JournalWriter;
let heads: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pzm-retention-'));
  journal = openJournalWriter(folder, 'anna', 0);
  heads = [];
});
afterEach(async () => {
  await journal.close();
  rmSync(folder, { recursive: true });
});

let runs = 0;
/** One batch of so many records. */
function write(count: number, time: number): void {
  const bodies = Array.from({ length: count }, (_, index) => `{"n":${index}}`);
  const result = aResult({
    ...{ run: `r${++runs}`, evidence: Buffer.from('how') },
    segments: [records('F/a/', ...bodies)],
  });
  const { head } = journal.commit(settle(journal, [result], journal.info().nextSequence), time);
  heads.push(head.toString('hex'));
}

const all = { keepFrom: 1e9, keepSince: 1e9, olderThan: 1e9, excessBytes: 0 };
const olderThan = (time: number) => ({ ...all, olderThan: time });

describe('retention of the journal on LMDB', { timeout: 60_000 }, () => {
  it('leaves a chain that holds from where it begins now, over any removals, commits and restarts', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('write' as const), count: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ kind: fc.constant('remove' as const), keepFrom: fc.integer({ min: 1, max: 60 }) }),
      fc.record({ kind: fc.constant('restart' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const own = mkdtempSync(join(tmpdir(), 'pzm-retention-'));
        let mine = openJournalWriter(own, 'anna', 0);
        try {
          for (const one of steps) {
            if (one.kind === 'write') {
              const bodies = Array.from({ length: one.count }, () => '{}');
              const result = aResult({ run: `r${++runs}`, segments: [records('F/a/', ...bodies)] });
              mine.commit(settle(mine, [result], mine.info().nextSequence), 1);
            } else if (one.kind === 'remove') mine.removeOldest({ ...all, keepFrom: one.keepFrom }, [], 5);
            else {
              await mine.close();
              mine = openJournalWriter(own, 'anna', 0);
            }
            const { firstSequence, nextSequence, removed } = mine.info();
            expect(verifyJournal(mine)).toMatchObject({
              ...{ holds: true, first: firstSequence, last: nextSequence - 1 },
              removedAt: removed?.at ?? null,
            });
            expect(mine.batchAt(1)?.batch.firstSequence).toBe(nextSequence > 1 ? firstSequence : undefined);
          }
        } finally {
          await mine.close();
          rmSync(own, { recursive: true });
        }
      }),
      { numRuns: 30 },
    );
  });

  it('says what was removed, and becomes smaller', () => {
    for (let time = 1; time <= 100; time++) write(50, time);
    const before = journal.size();
    expect(journal.info().removed).toBeNull();
    expect(journal.removeOldest(olderThan(51), [], 777)).toMatchObject({ batches: 50, hasMore: false });
    expect(journal.info()).toMatchObject({ firstSequence: 2501, removed: { batches: 50, at: 777 } });
    expect(journal.info().previousOfFirst).toBe(heads[49]);
    expect(journal.evidenceOf(2500)).toBeUndefined();
    expect(journal.evidenceOf(2501)).toBeDefined();
    const after = journal.size();
    expect(after.usedBytes).toBeLessThan(before.usedBytes * 0.7);
    expect(after.fileBytes).toBeGreaterThanOrEqual(before.fileBytes);
  });

  it('tells a head that is in the chain from one that was removed or never was', () => {
    for (let time = 1; time <= 4; time++) write(2, time);
    journal.removeOldest(olderThan(3), [], 9);
    const anchor = (head: string) => {
      const found = verifyJournal(journal, head);
      return found.holds && found.anchoredAt;
    };
    expect(heads.map(anchor)).toEqual([undefined, 4, 6, 8]);
    expect(verifyJournal(journal)).toMatchObject({ holds: true, first: 5, removedAt: 9 });
  });

  it('verifies on from the new beginning when batches go while it looks', () => {
    for (let time = 1; time <= 6; time++) write(1, time);
    let looks = 0;
    const reader = {
      info: () => journal.info(),
      batchAt(sequence: number) {
        if (++looks === 3) journal.removeOldest(olderThan(5), [], 9);
        return journal.batchAt(sequence);
      },
    };
    expect(verifyJournal(reader)).toMatchObject({ holds: true, first: 5, last: 6, batches: 2, removedAt: 9 });
  });

  it('removes nothing from the first batch on that does not hold', async () => {
    for (let time = 1; time <= 5; time++) write(1, time);
    await journal.close();
    const tables = openTables(folder, false);
    const bytes = tables.batches.get(3)!;
    bytes[bytes.length - 2] = 120;
    await tables.batches.put(3, bytes);
    await tables.environment.close();
    journal = openJournalWriter(folder, 'anna', 0);
    expect(journal.removeOldest(olderThan(5), [], 9).batches).toBe(2);
    expect(() => journal.removeOldest(olderThan(5), [], 9)).toThrow(/seq 3.*does not hold/);
    expect(verifyJournal(journal)).toMatchObject({ holds: false, sequence: 3 });
    expect(journal.info()).toMatchObject({ firstSequence: 3, removed: { batches: 2 } });
  });

  it('keeps readable what is named, until nobody wants it any more', async () => {
    write(3, 1);
    write(2, 2);
    write(1, 3);
    journal.removeOldest(olderThan(3), [2, 5, 6], 9);
    const reader = openJournalReader(folder);
    try {
      expect(reader.keptRecord(2)).toMatchObject({
        sequence: 2,
        topic: 'F/a/',
        chainHead: heads[0],
        time: 1,
      });
      expect(reader.keptRecord(5)).toMatchObject({ sequence: 5, chainHead: heads[1] });
      expect([1, 3, 4, 6].map((sequence) => reader.keptRecord(sequence))).toEqual(Array(4).fill(undefined));
      expect(journal.forgetKept((sequence) => sequence === 5)).toBe(1);
      expect([reader.keptRecord(2), reader.keptRecord(5)?.sequence]).toEqual([undefined, 5]);
    } finally {
      await reader.close();
    }
  });

  it('goes in turns: a long past does not hold up commits at one go', () => {
    for (let time = 1; time <= 600; time++) write(1, time);
    const first = journal.removeOldest(olderThan(1000), [], 9);
    expect(first).toMatchObject({ batches: 512, hasMore: true });
    expect(journal.removeOldest(olderThan(1000), [], 9)).toMatchObject({ batches: 87, hasMore: false });
    expect(journal.info().firstSequence).toBe(600);
  });

  it('leaves times and exports to begin where the journal begins', () => {
    for (let time = 1; time <= 4; time++) write(2, time * 1000);
    journal.removeOldest(olderThan(3000), [], 9);
    expect(sequenceBy(journal, { kind: 'time', time: 1500 })).toBe(4);
    const [head] = exportJournal(journal, 1, 8);
    expect(head).toMatchObject({ first: 5, previous: heads[1] });
  });

  it('an owner that was replaced removes nothing', () => {
    write(1, 1);
    write(1, 2);
    const other = openJournalWriter(folder, 'anna', 0);
    expect(() => journal.removeOldest(olderThan(9), [], 9)).toThrow(/another process/i);
    return other.close();
  });
});

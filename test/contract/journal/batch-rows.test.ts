import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settle } from '../../../src/integration-manager/settle.ts';
import { encodeBatch, genesis } from '../../../src/journal/batch.ts';
import type { JournalWriter } from '../../../src/journal/journal.ts';
import { partBytes } from '../../../src/journal/lmdb/batch-rows.ts';
import { openJournalReader } from '../../../src/journal/lmdb/reader.ts';
import { type Head, type Identity, openTables, schema } from '../../../src/journal/lmdb/tables.ts';
import { openJournalWriter } from '../../../src/journal/lmdb/writer.ts';
import { verifyJournal } from '../../../src/journal/verify.ts';
import { aResult, records } from './results.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pzm-batch-rows-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

let runs = 0;
function write(journal: JournalWriter, ...bodies: string[]): void {
  const result = aResult({ run: `r${++runs}`, segments: [records('F/a/', ...bodies)] });
  journal.commit(settle(journal, [result], journal.info().nextSequence), 1);
}

const everything = { keepFrom: 1e9, keepSince: 1e9, olderThan: 1e9, excessBytes: 0 };

async function withTables(path: string, use: (tables: ReturnType<typeof openTables>) => unknown) {
  const tables = openTables(path, false);
  await use(tables);
  await tables.environment.close();
}

describe('batches as rows', { timeout: 60_000 }, () => {
  it('are read as they were written, whatever their length, and leave nothing behind', async () => {
    const near = fc.integer({ min: -300, max: 300 }).map((more) => partBytes + more);
    const length = fc.oneof(fc.integer({ min: 0, max: 20 }), near, fc.integer({ min: 0, max: 40_000 }));
    await fc.assert(
      fc.asyncProperty(fc.array(length, { minLength: 1, maxLength: 8 }), async (lengths) => {
        const path = mkdtempSync(join(tmpdir(), 'pzm-batch-rows-'));
        const journal = openJournalWriter(path, 'anna', 0);
        const reader = openJournalReader(path);
        for (const [index, bytes] of lengths.entries()) {
          const body = JSON.stringify(`${index}`.padEnd(bytes, 'x'));
          write(journal, body);
          expect(reader.batchAt(index + 1)?.bytes.includes(body)).toBe(true);
        }
        expect(verifyJournal(reader)).toMatchObject({ holds: true, batches: lengths.length });
        write(journal, '1');
        journal.removeOldest(everything, [], 2);
        expect(verifyJournal(reader)).toMatchObject({ holds: true, batches: 1 });
        await reader.close();
        await journal.close();
        await withTables(path, ({ batches, parts }) => {
          expect([batches.getCount(), parts?.getCount()]).toEqual([1, 0]);
        });
        rmSync(path, { recursive: true });
      }),
      { numRuns: 40 },
    );
  });

  it('take the room of those that went, however long either are: at its limit a journal does not grow', async () => {
    const journal = openJournalWriter(folder, 'anna', 0);
    const limitBytes = 8 * 2 ** 20;
    let seed = 7;
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    let mostUsedBytes = 0;
    for (let written = 0; written < 6 * limitBytes; ) {
      const bodies = Array.from({ length: Math.ceil(random() * 300) }, () => `"${'x'.repeat(1000)}"`);
      write(journal, ...bodies);
      written += bodies.length * 1100;
      const { usedBytes } = journal.size();
      mostUsedBytes = Math.max(mostUsedBytes, usedBytes);
      const excessBytes = usedBytes - limitBytes;
      if (excessBytes > 0) journal.removeOldest({ ...everything, olderThan: 0, excessBytes }, [], 2);
    }
    const { fileBytes } = journal.size();
    await journal.close();
    // Each in pages of its own, one behind the other, they took a seventh more.
    expect(fileBytes).toBeLessThan(mostUsedBytes * 1.06);
  });

  it('of a journal that was written before they had parts are read on, and go as the others do', async () => {
    const body = 'x'.repeat(10_000);
    const segment = records('F/a/', JSON.stringify(body));
    const long = encodeBatch([segment], 1, 1, genesis);
    await openJournalWriter(folder, 'anna', 0).close();
    await withTables(folder, async ({ meta, batches }) => {
      await batches.put(1, long.bytes);
      await meta.put('identity', { ...(meta.get('identity') as Identity), schema: 1 });
      const { nextPart: _, ...head } = meta.get('head') as Head;
      await meta.put('head', { ...head, nextSequence: 2, hash: long.hash });
    });
    const before = openJournalReader(folder);
    expect(before.batchAt(1)?.bytes).toEqual(long.bytes);
    await before.close();
    const journal = openJournalWriter(folder, 'anna', 0);
    write(journal, JSON.stringify(body));
    expect(journal.info().schema).toBe(schema);
    expect(verifyJournal(journal)).toMatchObject({ holds: true, first: 1, last: 2 });
    expect(journal.removeOldest(everything, [], 2)).toMatchObject({ batches: 1 });
    expect(verifyJournal(journal)).toMatchObject({ holds: true, first: 2, last: 2 });
    await journal.close();
  });

  it.each<[string, (bytes: Buffer) => Buffer | undefined]>([
    ['altered', (bytes) => bytes.fill('y', 100, 101)],
    ['cut short', (bytes) => bytes.subarray(1)],
    ['missing', () => undefined],
  ])('are found out where a part of one is %s', async (_what, alter) => {
    const journal = openJournalWriter(folder, 'anna', 0);
    write(journal, JSON.stringify('x'.repeat(10_000)));
    write(journal, '1');
    await journal.close();
    await withTables(folder, async ({ parts }) => {
      const altered = alter(Buffer.from(parts!.get(3)!));
      await (altered ? parts!.put(3, altered) : parts!.remove(3));
    });
    const again = openJournalWriter(folder, 'anna', 0);
    expect(verifyJournal(again)).toMatchObject({ holds: false });
    expect(() => again.removeOldest(everything, [], 2)).toThrowError(
      expect.objectContaining({ code: 'journal.corrupt' }),
    );
    await again.close();
  });

  it('are not believed to be larger than they can be', async () => {
    const journal = openJournalWriter(folder, 'anna', 0);
    write(journal, JSON.stringify('x'.repeat(10_000)));
    await journal.close();
    await withTables(folder, async ({ batches }) => {
      const row = Buffer.from(batches.get(1)!);
      row.writeUInt32LE(0xffff_ffff, 4);
      await batches.put(1, row);
    });
    const reader = openJournalReader(folder);
    const before = process.memoryUsage().arrayBuffers;
    expect(() => reader.batchAt(1)).toThrowError(expect.objectContaining({ code: 'journal.corrupt' }));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 30);
    await reader.close();
  });
});

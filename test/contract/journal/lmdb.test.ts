import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settle } from '../../../src/integration-manager/settle.ts';
import { genesis, hashOf } from '../../../src/journal/batch.ts';
import type { JournalReader, JournalWriter } from '../../../src/journal/journal.ts';
import { openJournalReader } from '../../../src/journal/lmdb/reader.ts';
import { openTables, schema } from '../../../src/journal/lmdb/tables.ts';
import { openJournalWriter } from '../../../src/journal/lmdb/writer.ts';
import { pendingSource, type Result } from '../../../src/model/run.ts';
import { aResult, child, records, row, state } from './results.ts';

let folder: string;
const opened: { close(): Promise<void> }[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pzm-journal-'));
});
afterEach(async () => {
  for (const journal of opened.splice(0).reverse()) await journal.close();
  rmSync(folder, { recursive: true });
});

function openWriter(path = folder): JournalWriter {
  const writer = openJournalWriter(path, 'anna', 1000);
  opened.push(writer);
  return writer;
}

function openReader(path = folder): JournalReader {
  const reader = openJournalReader(path);
  opened.push(reader);
  return reader;
}

let runs = 0;
function write(journal: JournalWriter, part: Partial<Result>, time = 0) {
  const result = aResult({ run: `r${++runs}`, ...part });
  return journal.commit(settle(journal, [result], journal.info().nextSequence), time);
}

// Each commit waits for the disk.
describe('the journal on LMDB', { timeout: 60_000 }, () => {
  it('shows a reader what was committed at once, again and again within one turn of the event loop', () => {
    const writer = openWriter();
    const reader = openReader();
    for (let number = 1; number <= 5; number++) {
      write(writer, {
        segments: [records('F/a/', `{"n":${number}}`)],
        marks: [{ source: 'ticks', first: number, last: number, count: 1 }],
        states: [state('A', 'a', number - 1, number)],
        children: [child(`c${number}`)],
      });
      expect(reader.info()).toEqual(writer.info());
      expect(reader.info()).toMatchObject({ nextSequence: number + 1, pending: number });
      expect(reader.keyRow('a')?.marks).toEqual({ ticks: number });
      expect(reader.stateRow('A', 'a')?.value.toString()).toBe(`${number}`);
      expect(reader.isPending(number)).toBe(true);
      expect(reader.batchAt(number)?.batch.firstSequence).toBe(number);
    }
  });

  it('gives bytes to keep: what is read later does not write over what was read before', () => {
    const writer = openWriter();
    const texts = ['{"n":"aaaa"}', '{"n":"bbbb"}', '{"n":"cccc"}'];
    texts.forEach((text, index) => {
      const id = `c${index}`;
      write(writer, {
        segments: [records('F/a/', text)],
        states: [state('A', id, 0, text)],
        children: [child(id)],
      });
    });
    const reader = openReader();
    for (const journal of [writer, reader]) {
      const batches = [1, 2, 3].map((sequence) => journal.batchAt(sequence)!);
      const rows = ['c0', 'c1', 'c2'].map((key) => journal.stateRow('A', key)!);
      const ranged = journal.stateRows('A');
      const pending = journal.pendingAfter(0, 10);
      // The journal goes on, and pages that were read may be used again.
      for (let more = 0; more < 20; more++) {
        write(writer, { segments: [records('F/b/', 'x'.repeat(3000))] });
        journal.batchAt(more + 4);
        journal.stateRow('A', 'c0');
      }
      expect(batches.map(({ batch }) => batch.segments[0]!.bytes.toString().slice(-12))).toEqual(texts);
      for (const { bytes, batch } of batches) expect(hashOf(bytes)).toEqual(batch.hash);
      for (const states of [rows, ranged]) {
        expect(states.map(({ value }) => JSON.parse(value.toString()))).toEqual(texts);
      }
      expect(pending.map(({ record }) => record.includes(pendingSource))).toEqual([true, true, true]);
    }
  });

  it('chains its batches: each names the hash of the one before, and the head is the last', () => {
    const writer = openWriter();
    for (const text of ['1', '2', '3']) write(writer, { segments: [records('F/a/', text, text)] });
    const batches = [1, 3, 5].map((sequence) => writer.batchAt(sequence)!.batch);
    expect(batches.map(({ previous }) => previous)).toEqual([genesis, batches[0]!.hash, batches[1]!.hash]);
    expect(writer.info().head).toBe(batches[2]!.hash.toString('hex'));
  });

  it('finds the batch that holds a sequence, or the next one after it', () => {
    const writer = openWriter();
    write(writer, { segments: [records('F/a/', '1', '2', '3')] });
    write(writer, { segments: [records('F/a/', '4')] });
    const found = [0, 1, 2, 3, 4, 5].map((sequence) => writer.batchAt(sequence)?.batch.firstSequence);
    expect(found).toEqual([1, 1, 1, 1, 4, undefined]);
  });

  it('of before evidence was kept has none, and keeps it from when it is written again', async () => {
    const first = openWriter();
    write(first, { segments: [records('F/a/', '1')], evidence: Buffer.from('gone') });
    await opened.pop()!.close();
    const tables = openTables(folder, false);
    tables.evidence?.dropSync();
    await tables.environment.close();
    const old = openReader();
    expect([old.evidenceOf(1), old.info().nextSequence, old.batchAt(1)?.batch.count]).toEqual([
      undefined,
      2,
      1,
    ]);
    await opened.pop()!.close();
    const writer = openWriter();
    write(writer, { segments: [records('F/a/', '2')], evidence: Buffer.from('kept') });
    const found = [1, 2].map((sequence) => openReader().evidenceOf(sequence)?.bytes.toString());
    expect(found).toEqual([undefined, 'kept']);
  });

  it('goes on where it ended when it is opened again', async () => {
    const first = openWriter();
    write(first, { segments: [records('F/a/', '1')], children: [child('c')] });
    const before = first.info();
    await opened.pop()!.close();
    const again = openWriter();
    expect(again.info()).toEqual({ ...before, epoch: before.epoch + 1 });
    write(again, { segments: [records('F/a/', '2')], children: [child('d')] });
    expect(again.batchAt(2)!.batch.previous.toString('hex')).toBe(before.head);
    expect(again.pendingAfter(0, 10).map(({ order }) => order)).toEqual([1, 2]);
  });

  it('has one owner: whoever was replaced can write nothing more', () => {
    const first = openWriter();
    write(first, { segments: [records('F/a/', '1')] });
    const second = openWriter();
    const tooLate = () => write(first, { segments: [records('F/a/', 'late')], children: [child('late')] });
    expect(tooLate).toThrowError(expect.objectContaining({ code: 'journal.stale-owner' }));
    expect(second.info()).toMatchObject({ nextSequence: 2, pending: 0 });
    write(second, { segments: [records('F/a/', '2')] });
    expect(second.info().nextSequence).toBe(3);
  });

  it('reads the states of one actor, and of no other whose name begins as its own does', () => {
    const writer = openWriter();
    const actors = ['A', 'AB', 'A B', 'A-', 'Ä', 'B', 'A\u{10ffff}'];
    for (const actor of actors) {
      for (const key of ['', 'B', 'k', '€', '🛰'])
        write(writer, { states: [state(actor, key, 0, [actor, key])] });
    }
    for (const actor of actors) {
      const rows = writer.stateRows(actor);
      expect(rows.map(({ key }) => key).sort()).toEqual(['', 'B', 'k', '€', '🛰'].sort());
      for (const { key, value } of rows) expect(JSON.parse(value.toString())).toEqual([actor, key]);
    }
    expect(writer.stateRows('')).toEqual([]);
  });

  it('tells names apart that differ in anything', () => {
    const writer = openWriter();
    const name = fc.string({
      unit: fc.constantFrom('a', 'b', '\0', '\u{1}', 'é', '\u{10ffff}'),
      maxLength: 3,
    });
    const seen = new Map<string, string>();
    fc.assert(
      fc.property(name, name, (actor, key) => {
        const id = JSON.stringify([actor, key]);
        expect(writer.stateRow(actor, key)?.value.toString()).toBe(seen.get(id));
        const base = writer.stateVersion(actor, key);
        write(writer, { states: [{ actor, key, base, value: Buffer.from(id) }] });
        seen.set(id, id);
      }),
      { numRuns: 100 },
    );
  });

  it('knows what became of a row, until it is told to forget', () => {
    const writer = openWriter();
    write(writer, { children: ['id-1', 'id-2', 'id-3'].map((id) => child(id)) });
    expect(writer.outcomeOf('id-1')).toEqual({ state: 'pending', order: 1 });
    write(writer, { rows: [row(1)], segments: [records('F/a/', '1', '2')] }, 10);
    write(writer, { rows: [row(2, 'dead-lettered')] }, 20);
    expect(writer.outcomeOf('id-1')).toEqual({
      state: 'settled',
      outcome: 'completed',
      reason: '',
      records: { first: 1, count: 2 },
      time: 10,
    });
    expect(writer.forgetIds(20, 10)).toBe(1);
    expect([writer.knowsId('id-1'), writer.knowsId('id-2'), writer.knowsId('id-3')]).toEqual([
      false,
      true,
      true,
    ]);
    expect([writer.forgetIds(1000, 1), writer.forgetIds(1000, 1)]).toEqual([1, 0]);
    expect(writer.outcomeOf('id-3')).toEqual({ state: 'pending', order: 3 });
  });

  it('has a task wait again whose dead letter is retried, and nothing of one that is dropped', () => {
    const writer = openWriter();
    write(writer, { children: ['id-1', 'id-2'].map((id) => child(id)) });
    const letterOf = (id: string) => ({ record: child(id).record, code: 'action.failed', message: 'no' });
    const rows = [row(1, 'dead-lettered'), row(2, 'dead-lettered')];
    write(writer, { rows, deadLetters: [letterOf('id-1'), letterOf('id-2')] }, 7);
    const { record } = child('id-1');
    const retried = { id: 'id-1', key: 'a', record, history: [], redrives: 1 };
    const letterOrders = [
      { order: 3, retried },
      { order: 4, retried: undefined },
    ];
    write(writer, { key: 'b', letterOrders }, 8);
    expect(writer.deadLetters(10)).toEqual([]);
    expect(writer.pendingAfter(0, 10).map(({ order }) => order)).toEqual([5]);
    expect(writer.chargesOf('a')).toMatchObject([{ number: 5, attempts: 0, redrives: 1 }]);
    expect(openReader().chargesOf('a')).toEqual(writer.chargesOf('a'));
    expect(writer.info()).toMatchObject({
      pending: 1,
      totals: { accepted: 3, completed: 0, deadRows: 2, retried: 1, dropped: 1 },
    });
    // A second order about the same letters is refused whole.
    write(writer, { key: 'b', letterOrders, children: [child('id-9')] }, 9);
    expect([writer.knowsId('id-9'), writer.info().pending]).toEqual([false, 1]);
    // How it had ended is forgotten in time, and with that not how it goes on.
    writer.forgetIds(1000, 10);
    expect(writer.outcomeOf('id-1')).toEqual({ state: 'pending', order: 5 });
    write(writer, { rows: [row(5)] }, 10);
    expect(writer.chargesOf('a')).toEqual([]);
  });

  it('adds up: accepted is completed, dead or pending', () => {
    const writer = openWriter();
    write(writer, { children: ['id-1', 'id-2', 'id-3'].map((id) => child(id)) });
    const letter = { record: child('id-2').record, code: 'action.failed', message: 'no' };
    write(writer, { rows: [row(1, 'ended'), row(2, 'dead-lettered')], deadLetters: [letter] }, 7);
    write(writer, { marks: [{ source: 'ticks', first: 1, last: 4, count: 4 }], deadLetters: [letter] }, 8);
    expect(writer.info()).toMatchObject({
      pending: 1,
      totals: { accepted: 3, completed: 1, deadRows: 1, deadLettered: 2, settledTasks: 6 },
    });
    expect(writer.deadLetters(10)).toMatchObject([
      { ...letter, order: 4, time: 7 },
      { ...letter, order: 5, time: 8 },
    ]);
    expect(writer.deadLetters(1)).toHaveLength(1);
  });
});

describe('a journal that cannot be opened', () => {
  const open = { reader: () => openReader(), writer: () => openWriter() };

  it('is missing before it was made', () => {
    expect(open.reader).toThrowError(expect.objectContaining({ code: 'journal.missing' }));
  });

  it.each(['reader', 'writer'] as const)(
    'is of a newer version: its %s is refused and changes nothing',
    async (who) => {
      const writer = openWriter();
      const before = writer.info();
      await opened.pop()!.close();
      const identity = { schema: schema + 1, id: before.id, node: 'anna', created: 0 };
      await withTables((tables) => tables.meta.put('identity', identity));
      expect(open[who]).toThrowError(expect.objectContaining({ code: 'journal.schema-newer' }));
      await withTables((tables) => {
        expect(tables.meta.get('epoch')).toBe(before.epoch);
        expect(tables.meta.get('identity')).toEqual(identity);
      });
    },
  );

  it('lies in a folder that cannot be', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => openWriter(join(folder, 'file', 'journal'))).toThrowError(
      expect.objectContaining({ code: 'io.unwritable' }),
    );
  });

  it.each([
    ['other bytes', Buffer.alloc(10_000, 'x')],
    ['a few bytes', Buffer.from('this is no database')],
  ])('holds %s', (_, bytes) => {
    writeFileSync(join(folder, 'data.mdb'), bytes);
    for (const who of ['reader', 'writer'] as const) {
      expect(open[who]).toThrowError(expect.objectContaining({ code: 'journal.corrupt' }));
    }
    expect(readFileSync(join(folder, 'data.mdb'))).toEqual(bytes);
  });
});

async function withTables(action: (tables: ReturnType<typeof openTables>) => unknown): Promise<void> {
  const tables = openTables(folder, false);
  await action(tables);
  await tables.environment.close();
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBatch, encodeBatch, genesis } from '../../../src/journal/batch.ts';
import type { JournalInfo } from '../../../src/journal/journal.ts';
import { verifyJournal } from '../../../src/journal/verify.ts';
import { encodeEnvelope } from '../../../src/model/envelope.ts';

const record = (text: string) =>
  encodeEnvelope({
    id: text,
    source: 's',
    number: 1,
    flow: 'F',
    step: 0,
    key: 'n.event.http.shop',
    subject: '',
    time: 1,
    deadline: 0,
    attempt: 1,
    correlationId: '',
    causationId: '',
    traceparent: '',
    policy: '',
    group: '',
    body: Buffer.from(JSON.stringify(text)),
  });

interface Row {
  readonly key: number;
  readonly bytes: Buffer;
}

/** A journal of batches with so many records each. */
function journalOf(sizes: readonly number[]) {
  const rows: Row[] = [];
  let sequence = 1;
  let head: Buffer = genesis;
  for (const size of sizes) {
    const bytes = Buffer.concat(Array.from({ length: size }, (_, index) => record(`${sequence}-${index}`)));
    const encoded = encodeBatch([{ topic: 'F/changed/', count: size, bytes }], sequence, 1000, head);
    rows.push({ key: sequence, bytes: encoded.bytes });
    sequence += size;
    head = encoded.hash;
  }
  return { rows, sequence, head };
}

/** Finds batches by their keys, as the journal does: no byte of a batch moves it. */
function readerOf({ rows, sequence, head }: ReturnType<typeof journalOf>) {
  const info = {
    removed: null,
    firstSequence: 1,
    previousOfFirst: genesis.toString('hex'),
    nextSequence: sequence,
    head: head.toString('hex'),
  };
  const opened = (row: Row | undefined) => row && { batch: decodeBatch(row.bytes), bytes: row.bytes };
  return {
    info: () => info as JournalInfo,
    batchAt: (wanted: number) => {
      const holder = opened(rows.findLast(({ key }) => key <= wanted));
      if (holder && wanted < holder.batch.firstSequence + holder.batch.count) return holder;
      return opened(rows.find(({ key }) => key >= wanted));
    },
  };
}

const sizes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 6 });

describe('verifying a journal', () => {
  it('finds an untouched one consistent with itself', () => {
    const journal = journalOf([2, 1, 3]);
    expect(verifyJournal(readerOf(journal))).toEqual({
      holds: true,
      removedAt: null,
      first: 1,
      last: 6,
      batches: 3,
      head: journal.head.toString('hex'),
      anchoredAt: undefined,
    });
    expect(verifyJournal(readerOf(journalOf([])))).toMatchObject({ holds: true, batches: 0 });
  });

  it('names the batch in which any one bit was turned', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), fc.nat(), fc.nat({ max: 7 }), (batchSizes, which, where, bit) => {
        const journal = journalOf(batchSizes);
        const { key, bytes } = journal.rows[which % journal.rows.length]!;
        const at = where % bytes.length;
        bytes[at] = bytes[at]! ^ (1 << bit);
        expect(verifyJournal(readerOf(journal))).toMatchObject({ holds: false, sequence: key });
      }),
    );
  });

  it('names the first sequence that is missing', () => {
    const journal = journalOf([2, 2, 2]);
    const without = (index: number) => ({ ...journal, rows: journal.rows.toSpliced(index, 1) });
    expect(verifyJournal(readerOf(without(1)))).toMatchObject({ holds: false, sequence: 3 });
    expect(verifyJournal(readerOf(without(2)))).toMatchObject({ holds: false, sequence: 5 });
  });

  it('is not taken in by a chain that was computed anew from some batch on', () => {
    const journal = journalOf([2, 2]);
    const other = journalOf([2, 2, 1]);
    const spliced = { ...journal, rows: other.rows.slice(0, 2), head: other.head };
    expect(verifyJournal(readerOf(spliced)).holds).toBe(false);
  });

  it('finds the batch whose head was kept elsewhere', () => {
    const journal = journalOf([2, 1, 3]);
    const kept = decodeBatch(journal.rows[1]!.bytes).hash.toString('hex');
    expect(verifyJournal(readerOf(journal), kept)).toMatchObject({ holds: true, anchoredAt: 3 });
    expect(verifyJournal(readerOf(journal), kept.slice(0, 8).toUpperCase())).toMatchObject({ anchoredAt: 3 });
    expect(verifyJournal(readerOf(journal), 'f'.repeat(64))).toMatchObject({
      holds: true,
      anchoredAt: undefined,
    });
  });
});

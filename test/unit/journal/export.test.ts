import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ExportBatch, exportJournal } from '../../../src/journal/export.ts';
import { journalOf } from './batches.ts';

const sizes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 6 });

function journal(batchSizes: readonly number[]) {
  return journalOf(
    batchSizes.map((size, index) => ({
      time: 1000 * index,
      records: Array.from({ length: size }, (_, body) => ({ body })),
    })),
  );
}

const batchesOf = (lines: readonly { kind: string }[]) =>
  lines.filter(({ kind }) => kind === 'batch') as ExportBatch[];

/** As the documentation says it. */
function hashOf({ previous, header, payload }: ExportBatch): string {
  return createHash('sha256')
    .update(Buffer.from(previous, 'hex'))
    .update(Buffer.from(header, 'hex'))
    .update(Buffer.from(payload, 'base64'))
    .digest('hex');
}

describe('an export', () => {
  it('is a chain from its head to its end, whatever part is asked for', () => {
    fc.assert(
      fc.property(sizes, fc.nat(25), fc.nat(25), (batchSizes, from, to) => {
        const { reader, info } = journal(batchSizes);
        const lines = [...exportJournal(reader, from, to)];
        const [head] = lines;
        const end = lines.at(-1);
        if (head?.kind !== 'journal' || end?.kind !== 'end') throw new Error('It has no head or no end.');
        let { previous, first } = head;
        for (const batch of batchesOf(lines)) {
          expect(batch).toMatchObject({ previous, first });
          expect(hashOf(batch)).toBe(batch.hash);
          previous = batch.hash;
          first += batch.count;
        }
        expect(end).toMatchObject({ head: previous, last: first - 1 });
        const newest = info.nextSequence - 1;
        if (from <= to && from <= newest && to >= 1) {
          expect(head.first).toBeLessThanOrEqual(Math.max(1, from));
          expect(end.last).toBeGreaterThanOrEqual(Math.min(to, newest));
        } else expect(end.batches).toBe(0);
      }),
    );
  });

  it('ends before the batch that does not hold', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), fc.nat(), fc.nat(7), (batchSizes, which, where, bit) => {
        const { reader, rows } = journal(batchSizes);
        const { key, bytes } = rows[which % rows.length]!;
        // What is not hashed is its own hash and the one before: their change breaks the chain as well.
        const at = where % bytes.length;
        bytes[at] = bytes[at]! ^ (1 << bit);
        const lines = [...exportJournal(reader, 1, 100)];
        expect(batchesOf(lines).every(({ first, count }) => first + count <= key)).toBe(true);
        if (key > 1) expect(lines.at(-1)).toMatchObject({ kind: 'end', last: key - 1 });
      }),
    );
  });
});

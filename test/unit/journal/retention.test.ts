import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRemoval, type OldBatch, type RemovalRules } from '../../../src/journal/retention.ts';

const batch = fc.record({
  count: fc.integer({ min: 1, max: 9 }),
  // The clock may be set back: times need not rise.
  time: fc.integer({ min: 0, max: 50 }),
  sizeBytes: fc.integer({ min: 1, max: 100 }),
});
const rules: fc.Arbitrary<RemovalRules> = fc.record({
  keepFrom: fc.integer({ min: 1, max: 60 }),
  keepSince: fc.integer({ min: 0, max: 60 }),
  olderThan: fc.integer({ min: 0, max: 60 }),
  excessBytes: fc.integer({ min: -50, max: 500 }),
});

function journalOf(batches: readonly Omit<OldBatch, 'firstSequence'>[]): OldBatch[] {
  let firstSequence = 1;
  return batches.map((one) => {
    const placed = { ...one, firstSequence };
    firstSequence += one.count;
    return placed;
  });
}

function removedOf(journal: readonly OldBatch[], of: RemovalRules): OldBatch[] {
  const removal = createRemoval(of);
  const end = journal.findIndex((one) => !removal.takes(one));
  return journal.slice(0, end === -1 ? undefined : end);
}

describe('what retention may remove', () => {
  it('is nothing that somebody is not done with, whatever else the rules say', () => {
    fc.assert(
      fc.property(fc.array(batch), rules, (batches, of) => {
        for (const { firstSequence, count, time } of removedOf(journalOf(batches), of)) {
          expect(firstSequence + count).toBeLessThanOrEqual(of.keepFrom);
          expect(time).toBeLessThan(of.keepSince);
        }
      }),
    );
  });

  it('is what is old; of what is not, no batch more than it takes to be small enough', () => {
    fc.assert(
      fc.property(fc.array(batch), rules, (batches, of) => {
        const removed = removedOf(journalOf(batches), of);
        let left = of.excessBytes;
        for (const { time, sizeBytes } of removed) {
          expect(time < of.olderThan || left > 0).toBe(true);
          left -= sizeBytes;
        }
      }),
    );
  });

  it('is all that is old or too much, up to the first batch that stays', () => {
    fc.assert(
      fc.property(fc.array(batch), rules, (batches, of) => {
        const journal = journalOf(batches);
        const removed = removedOf(journal, of);
        const stays = journal[removed.length];
        if (!stays) return;
        const freed = removed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
        const isKept = stays.firstSequence + stays.count > of.keepFrom || stays.time >= of.keepSince;
        expect(isKept || (stays.time >= of.olderThan && freed >= of.excessBytes)).toBe(true);
      }),
    );
  });
});

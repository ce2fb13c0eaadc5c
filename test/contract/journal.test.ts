import fc from 'fast-check';
import { expect, it } from 'vitest';
import { result } from './journal/results.ts';
import { lmdbJournal, memoryJournal } from './journal/subjects.ts';
import { describeJournal, settleInto } from './journal.ts';

for (const subject of [lmdbJournal, memoryJournal]) describeJournal(subject);

it("the simulator's journal answers every question as the real one does, whatever was committed", {
  timeout: 60_000,
}, async () => {
  const transactions = fc.array(fc.array(result, { minLength: 1, maxLength: 3 }), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(transactions, async (each) => {
      const [real, memory] = [lmdbJournal.open(), memoryJournal.open()];
      try {
        for (const results of each) {
          const decided = [real, memory].map(({ journal }) => settleInto(journal, ...results));
          expect(decided[0]).toEqual(decided[1]);
        }
        const [ours, theirs] = [real, memory].map(({ journal }) => ({
          keys: ['a', 'b'].map((key) => journal.keyRow(key)),
          states: ['A', 'AB'].map((actor) => journal.stateRow(actor, 'k')?.value.toString()),
          versions: ['A', 'AB'].map((actor) => journal.stateVersion(actor, 'k')),
          pending: journal.pendingAfter(0),
          waiting: ['c1', 'c2'].map((id) => journal.isParked(id)),
          ids: [1, 2, 3, 4, 5, 6].map((id) => journal.knowsId(`id-${id}`)),
          segments: journal.segments(),
          deadLetters: journal.deadLetters(),
          nextSequence: journal.nextSequence(),
        }));
        expect(ours).toEqual(theirs);
      } finally {
        await real.close();
      }
    }),
    { numRuns: 40 },
  );
});

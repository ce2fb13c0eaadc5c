import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SettleView, settle } from '../../src/integration-manager/settle.ts';
import type { RemovalRules } from '../../src/journal/retention.ts';
import type { Charge } from '../../src/model/charge.ts';
import type { Commit, CommittedEvidence } from '../../src/model/commit.ts';
import { readNumber } from '../../src/model/envelope.ts';
import type { Result } from '../../src/model/run.ts';
import { aResult, child, parked, records, row, state, unpark } from './journal/results.ts';

/** What every journal is: the protocol's cores see no more of it. */
export interface Journal extends SettleView {
  /** Durable when it returns; the sequence of its first record. */
  commit(commit: Commit, time?: number): number;
  /** How many batches. */
  remove(rules: RemovalRules): number;
  stateRow(actor: string, key: string): { readonly version: number; readonly value: Buffer } | undefined;
  pendingAfter(order: number): readonly { readonly order: number; readonly record: Buffer }[];
  /** Topic and number of the records of each segment, and their bytes, oldest first. */
  segments(): readonly { readonly topic: string; readonly count: number; readonly bytes: Buffer }[];
  deadLetters(): readonly Buffer[];
  evidenceOf(sequence: number): CommittedEvidence | undefined;
  nextSequence(): number;
}

export interface JournalSubject {
  readonly name: string;
  open(): { readonly journal: Journal; close(): Promise<void> };
}

export function settleInto(journal: Journal, ...results: readonly Result[]): Commit {
  const commit = settle(journal, results, journal.nextSequence());
  journal.commit(commit);
  return commit;
}

export function describeJournal({ name, open }: JournalSubject): void {
  describe(`the journal: ${name}`, () => {
    let opened: ReturnType<JournalSubject['open']>;
    let journal: Journal;
    beforeEach(() => {
      opened = open();
      journal = opened.journal;
    });
    afterEach(() => opened.close());

    it('holds nothing at first', () => {
      expect(journal.nextSequence()).toBe(1);
      expect([journal.keyRow('a'), journal.stateRow('A', 'a')]).toEqual([undefined, undefined]);
      expect([journal.stateVersion('A', 'a'), journal.isPending(1), journal.knowsId('x')]).toEqual([
        0,
        false,
        false,
      ]);
      expect([journal.pendingAfter(0), journal.segments(), journal.deadLetters()]).toEqual([[], [], []]);
    });

    it('reads what was committed, as soon as the commit returns', () => {
      const segments = [records('F/a/', '{"n":1}', '{"n":2}'), records('F/b/', '{"n":3}')];
      const marks = [{ source: 'ticks', first: 1, last: 3, count: 3 }];
      settleInto(journal, aResult({ segments, marks, states: [state('A', 'a', 0, { n: 3 })] }));
      expect(journal.segments()).toEqual(segments);
      expect(journal.nextSequence()).toBe(4);
      expect(journal.keyRow('a')).toEqual({ runs: ['r1'], marks: { ticks: 3 } });
      expect(journal.stateRow('A', 'a')).toMatchObject({ version: 1, value: Buffer.from('{"n":3}') });
      expect(journal.stateVersion('A', 'a')).toBe(1);
    });

    it('holds who waits until the waiting has ended, and then what goes on', () => {
      settleInto(journal, aResult({ parks: [parked('c')] }));
      expect([journal.isParked('c'), journal.pendingAfter(0)]).toEqual([true, []]);
      settleInto(journal, aResult({ run: 'r2', unparks: [unpark('c', true)] }));
      expect([journal.isParked('c'), journal.pendingAfter(0).length]).toEqual([false, 1]);
    });

    it('gives records one sequence after the other, over all commits', () => {
      const firsts = [['1'], [], ['2', '3'], ['4']].map((bodies, index) => {
        const segments = bodies.length > 0 ? [records('F/a/', ...bodies)] : [];
        const commit = settle(journal, [aResult({ run: `r${index}`, segments })], journal.nextSequence());
        return journal.commit(commit);
      });
      expect(firsts).toEqual([1, 2, 2, 4]);
      expect(journal.nextSequence()).toBe(5);
    });

    it('makes children rows of their own, oldest first, each with its place written in it', () => {
      settleInto(journal, aResult({ children: [child('c.1'), child('c.2')] }));
      settleInto(journal, aResult({ run: 'r2', children: [child('d.1')] }));
      const rows = journal.pendingAfter(0);
      expect(rows.map(({ order }) => order)).toEqual([1, 2, 3]);
      expect(rows.map(({ record }) => readNumber(record, 0))).toEqual([1, 2, 3]);
      expect(journal.pendingAfter(2).map(({ order }) => order)).toEqual([3]);
      expect([1, 3, 4].map((order) => journal.isPending(order))).toEqual([true, true, false]);
    });

    it('settles a row by its being gone, and still knows its id', () => {
      settleInto(journal, aResult({ children: [child('id-1'), child('id-2')] }));
      settleInto(journal, aResult({ run: 'r2', rows: [row(1)] }));
      expect([journal.isPending(1), journal.isPending(2)]).toEqual([false, true]);
      expect(journal.pendingAfter(0).map(({ order }) => order)).toEqual([2]);
      expect(['id-1', 'id-2', 'id-3'].map((id) => journal.knowsId(id))).toEqual([true, true, false]);
    });

    it('never gives the place of a settled row to another', () => {
      settleInto(journal, aResult({ children: [child('id-1')] }));
      settleInto(journal, aResult({ run: 'r2', rows: [row(1)], children: [child('id-2')] }));
      expect(journal.pendingAfter(0).map(({ order }) => order)).toEqual([2]);
    });

    it('finds the evidence of the run that wrote a record, as it came, and none where there was none', () => {
      const run = (name: string, evidence: string, ...bodies: string[]) =>
        aResult({
          run: name,
          key: name,
          evidence: Buffer.from(evidence),
          segments: bodies.length > 0 ? [records('F/a/', ...bodies)] : [],
        });
      settleInto(
        journal,
        run('r1', 'one', '1', '2'),
        run('r2', 'none'),
        run('r3', '', '3'),
        run('r4', 'two', '4'),
      );
      settleInto(journal, run('r5', ''), run('r6', 'three', '5'));
      const found = (sequence: number) => {
        const { first, count, bytes } = journal.evidenceOf(sequence) ?? {};
        return bytes && [first, count, bytes.toString()];
      };
      expect([1, 2, 3, 4, 5, 6].map(found)).toEqual([
        [1, 2, 'one'],
        [1, 2, 'one'],
        undefined,
        [4, 1, 'two'],
        [5, 1, 'three'],
        undefined,
      ]);
    });

    it('keeps what failed attempts have cost until their task is settled', () => {
      const charge = (number: number, attempts: number): Charge => ({
        ...{ source: 'ticks', number, attempts, redrives: 0 },
        history: [{ attempt: attempts, time: 5, worker: 'w1', code: 'worker.lost', message: 'SIGKILL' }],
      });
      const add = (key: string, one: Charge) =>
        journal.commit(settle(journal, [], journal.nextSequence(), [{ key, charge: one }]));
      expect(journal.chargesOf('a')).toEqual([]);
      for (const attempts of [1, 2]) add('a', charge(1, attempts));
      add('b', charge(1, 1));
      expect(journal.chargesOf('a')).toEqual([charge(1, 2)]);
      settleInto(journal, aResult({ marks: [{ source: 'ticks', first: 1, last: 1, count: 1 }] }));
      expect([journal.chargesOf('a'), journal.chargesOf('b')]).toEqual([[], [charge(1, 1)]]);
    });

    it('removes whole batches from the oldest on, with their evidence, and nothing else', () => {
      const commitAt = (time: number, run: string, ...bodies: string[]) => {
        const evidence = Buffer.from(run);
        const results = [
          aResult({
            ...{ run, evidence, segments: [records('F/a/', ...bodies)] },
            states: [state('A', run, 0, run)],
            children: [child(`${run}.1`)],
          }),
        ];
        journal.commit(settle(journal, results, journal.nextSequence()), time);
      };
      commitAt(1000, 'r1', '1', '2');
      commitAt(2000, 'r2', '3');
      commitAt(3000, 'r3', '4', '5');
      commitAt(4000, 'r4', '6');
      const counts = () => journal.segments().map(({ count }) => count);
      const all = { keepFrom: 100, keepSince: 9000, olderThan: 9000, excessBytes: 0 };

      // Half a batch is none.
      expect(journal.remove({ ...all, keepFrom: 2 })).toBe(0);
      expect(journal.remove({ ...all, keepSince: 1000 })).toBe(0);
      expect(journal.remove({ ...all, olderThan: 1000 })).toBe(0);
      expect(journal.remove({ ...all, olderThan: 2000 })).toBe(1);
      expect([counts(), journal.evidenceOf(1), journal.evidenceOf(2)]).toEqual([
        [1, 2, 1],
        undefined,
        undefined,
      ]);
      expect(journal.evidenceOf(3)?.bytes.toString()).toBe('r2');
      // What lies in front of them keeps the others.
      expect(journal.remove({ ...all, keepFrom: 4, olderThan: 0, excessBytes: 1 })).toBe(1);
      expect(counts()).toEqual([2, 1]);
      // The newest stays, however old it is.
      expect([journal.remove(all), journal.remove(all), counts()]).toEqual([1, 0, [1]]);

      expect(journal.nextSequence()).toBe(7);
      expect(['r1', 'r4'].map((run) => journal.stateVersion('A', run))).toEqual([1, 1]);
      expect(journal.pendingAfter(0)).toHaveLength(4);
      expect(journal.knowsId('r1.1')).toBe(true);
      commitAt(5000, 'r5', '7');
      expect([journal.nextSequence(), counts()]).toEqual([8, [1, 1]]);
    });

    it('keeps dead letters as they were', () => {
      const { record } = child('dead');
      settleInto(journal, aResult({ deadLetters: [{ record, code: 'action.failed', message: 'no' }] }));
      expect(journal.deadLetters()).toEqual([record]);
    });

    it('writes of a result that was refused only that its run is over', () => {
      settleInto(journal, aResult({ states: [state('A', 'a', 0, 1)] }));
      const late = {
        segments: [records('F/a/', '1')],
        children: [child('c')],
        states: [state('A', 'a', 0, 2)],
      };
      const { receipts } = settleInto(journal, aResult({ run: 'r2', ...late }));
      expect(receipts).toMatchObject([{ refused: true }]);
      expect(journal.keyRow('a')?.runs).toEqual(['r2', 'r1']);
      expect(journal.stateRow('A', 'a')).toMatchObject({ version: 1, value: Buffer.from('1') });
      expect([journal.segments(), journal.pendingAfter(0), journal.knowsId('c')]).toEqual([[], [], false]);
    });
  });
}

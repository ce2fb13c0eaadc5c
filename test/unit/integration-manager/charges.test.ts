import { expect, test } from 'vitest';
import { settle } from '../../../src/integration-manager/settle.ts';
import type { Charge } from '../../../src/model/charge.ts';
import { pendingSource, type Result } from '../../../src/model/run.ts';
import { aResult, row } from '../../contract/journal/results.ts';
import { aRecord } from '../model/envelopes.ts';

const history = [{ attempt: 1, time: 5, worker: 'w1', code: 'worker.lost', message: 'SIGKILL' }];
const charge = (number: number, part: Partial<Charge> = {}): Charge => ({
  ...{ source: 'ticks', number, attempts: 1, history, redrives: 0 },
  ...part,
});
const ofRow = (number: number, part: Partial<Charge> = {}) =>
  charge(number, { source: pendingSource, ...part });

interface Before {
  readonly written?: readonly Charge[];
  readonly settledUpTo?: number;
  readonly pending?: readonly number[];
}

function chargesAfter(
  { written = [], settledUpTo = 0, pending = [] }: Before,
  told: readonly Charge[],
  results: readonly Result[] = [],
) {
  const view = {
    keyRow: () => ({ runs: [], marks: { ticks: settledUpTo } }),
    chargesOf: (key: string) => (key === 'a' ? written : []),
    stateVersion: () => 0,
    isPending: (order: number) => pending.includes(order),
    isParked: () => false,
    isDead: () => false,
    knowsId: () => false,
  };
  const commit = settle(
    view,
    results,
    1,
    told.map((one) => ({ key: 'a', charge: one })),
  );
  return { charges: commit.charges.get('a'), letters: commit.deadLetters };
}
const settling = (last: number, part: Partial<Result> = {}) =>
  aResult({ key: 'a', marks: [{ source: 'ticks', first: 1, last, count: last }], ...part });

test('a charge is written', () => {
  expect(chargesAfter({}, [charge(1)]).charges).toEqual([charge(1)]);
  expect(chargesAfter({ pending: [4] }, [ofRow(4)]).charges).toEqual([ofRow(4)]);
});

test('a charge takes the place of an earlier one of its task, and of no other', () => {
  const before = [charge(1), charge(1, { source: 'policies' })];
  const later = charge(1, { attempts: 2 });
  expect(chargesAfter({ written: before }, [later]).charges).toEqual([before[1], later]);
});

test('a charge that comes late takes nothing back', () => {
  const before = [charge(1, { attempts: 3 })];
  expect(chargesAfter({ written: before }, [charge(1, { attempts: 2 })]).charges).toBeUndefined();
  const tried = [charge(1, { attempts: 0, redrives: 1 })];
  expect(chargesAfter({ written: tried }, [charge(1, { attempts: 5 })]).charges).toBeUndefined();
});

test('a charge of a task that is settled is not written', () => {
  expect(chargesAfter({ settledUpTo: 3 }, [charge(3)]).charges).toBeUndefined();
  expect(chargesAfter({ pending: [] }, [ofRow(4)]).charges).toBeUndefined();
});

test('a charge leaves with the result that settles its task', () => {
  const rows = [row(4)];
  const written = [charge(2), charge(3), ofRow(4), ofRow(5)];
  const after = chargesAfter({ written, pending: [4, 5] }, [], [settling(2, { rows })]);
  expect(after.charges).toEqual([charge(3), ofRow(5)]);
});

test('a charge that comes with the result that settles its task is not left behind', () => {
  expect(chargesAfter({}, [charge(1)], [settling(2)]).charges).toEqual([]);
});

test('a charge stays when the result is refused', () => {
  const refused = settling(2, { rows: [row(9)] });
  expect(chargesAfter({ written: [charge(2)] }, [], [refused]).charges).toBeUndefined();
});

test('a dead letter tells what its task had cost', () => {
  const letter = (record: Buffer) => ({ record, code: 'action.failed', message: 'no' });
  const poison = letter(aRecord({ key: 'a', source: 'ticks', number: 2 }));
  const other = letter(aRecord({ key: 'a', source: 'ticks', number: 1 }));
  const result = settling(2, { deadLetters: [other, poison] });
  const { letters } = chargesAfter({ written: [charge(2, { redrives: 1 })] }, [], [result]);
  expect(letters).toEqual([other, { ...poison, history, redrives: 1 }]);
});

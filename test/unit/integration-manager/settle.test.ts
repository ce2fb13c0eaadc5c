import { describe, expect, test } from 'vitest';
import { settle, stateId } from '../../../src/integration-manager/settle.ts';
import type { Charge, KeyCharge } from '../../../src/model/charge.ts';
import type {
  Child,
  KeyRow,
  ParkedRow,
  Result,
  Segment,
  SettledRow,
  Unpark,
} from '../../../src/model/run.ts';

interface Journal {
  readonly parked?: ReadonlySet<string>;
  readonly charges?: ReadonlyMap<string, readonly Charge[]>;
  readonly keys: Map<string, KeyRow>;
  readonly versions: Map<string, number>;
  readonly pending: Set<number>;
  readonly ids: Set<string>;
}

function aJournal(part: Partial<Journal> = {}): Journal {
  return { keys: new Map(), versions: new Map(), pending: new Set(), ids: new Set(), ...part };
}

/** What a transaction makes of the results; the journal is the one before it. */
function settleIn(
  { keys, charges, versions, pending, ids, parked }: Journal,
  results: readonly Result[],
  nextSequence = 1,
  charged: readonly KeyCharge[] = [],
) {
  const view = {
    keyRow: (key: string) => keys.get(key),
    chargesOf: (key: string) => charges?.get(key) ?? [],
    stateVersion: (actor: string, key: string) => versions.get(stateId(actor, key)) ?? 0,
    isPending: (order: number) => pending.has(order),
    isParked: (id: string) => parked?.has(id) ?? false,
    isDead: (order: number) => order === 3,
    knowsId: (id: string) => ids.has(id),
  };
  return settle(view, results, nextSequence, charged);
}

/** Ticks 1 to 3 of key `a`, with everything that a result can have. */
function aResult(part: Partial<Result> = {}): Result {
  return {
    run: 'r1',
    key: 'a',
    worker: 'w1',
    marks: [{ source: 'ticks', first: 1, last: 3, count: 3 }],
    rows: [],
    states: [{ actor: 'Counter', key: 'a', base: 0, value: Buffer.from('1') }],
    children: [aChild('c.1')],
    deadLetters: [{ record: Buffer.from('dead'), code: 'action.failed', message: 'no' }],
    parks: [],
    unparks: [],
    segments: [aSegment('F/x/', 2)],
    evidence: Buffer.from('e'),
    ...part,
  };
}

const anUnpark = (correlationId: string): Unpark => ({
  correlationId,
  id: 'p',
  resumed: undefined,
  reason: '',
});
const aParkedRow = (correlationId: string): ParkedRow => {
  return {
    correlationId,
    id: 'p',
    key: 'a',
    deadline: 1,
    remaining: [],
    record: Buffer.from('p'),
    isNew: false,
  };
};
const aChild = (id: string): Child => ({ id, record: Buffer.from(id) });
const aSegment = (topic: string, count: number): Segment => ({ topic, count, bytes: Buffer.from(topic) });
const aRow = (order: number): SettledRow => ({ order, id: `id-${order}`, outcome: 'completed', reason: '' });
const marked = (last: number, runs: readonly string[] = []): Map<string, KeyRow> =>
  new Map([['a', { runs, marks: { ticks: last } }]]);

const nothing = {
  segments: [],
  charges: new Map(),
  evidence: [],
  states: new Map(),
  children: [],
  settledRows: [],
  deadLetters: [],
  letterOrders: [],
  parks: [],
  unparks: [],
  settledTasks: 0,
  records: 0,
};

describe('a result', () => {
  test('is written whole', () => {
    const result = aResult({ rows: [aRow(7)] });
    const commit = settleIn(aJournal({ pending: new Set([7]) }), [result], 10);
    expect(commit).toEqual({
      segments: result.segments,
      evidence: [{ first: 10, count: 2, bytes: result.evidence }],
      keyRows: new Map([['a', { runs: ['r1'], marks: { ticks: 3 } }]]),
      charges: new Map(),
      states: new Map([[stateId('Counter', 'a'), { write: result.states[0], version: 1 }]]),
      children: result.children,
      settledRows: [{ row: aRow(7), records: { first: 10, count: 2 } }],
      deadLetters: result.deadLetters,
      letterOrders: [],
      parks: [],
      unparks: [],
      receipts: [{ run: 'r1', key: 'a', marks: [['ticks', 3]], rows: [7], refused: false }],
      settledTasks: 4,
      records: 2,
    });
  });

  test.each<[string, Partial<Journal>, Partial<Result>]>([
    ['a task of it is settled already', { keys: marked(1) }, {}],
    ['all of it is settled already', { keys: marked(9) }, {}],
    ['the waiting that it ends is over', {}, { unparks: [anUnpark('c')] }],
    [
      'another waits under the id that it parks under',
      { parked: new Set(['c']) },
      { parks: [aParkedRow('c')] },
    ],
    ['the dead letter that it is about is gone', {}, { letterOrders: [{ order: 4, retried: undefined }] }],
    ['a row of it is gone', { pending: new Set([8]) }, { marks: [], rows: [aRow(7), aRow(8)] }],
    ['a state has another version now', { versions: new Map([[stateId('Counter', 'a'), 1]]) }, {}],
    [
      'any of several states has another version now',
      { versions: new Map([[stateId('Other', 'b'), 4]]) },
      {
        states: [
          { actor: 'Counter', key: 'a', base: 0, value: Buffer.from('1') },
          { actor: 'Other', key: 'b', base: 3, value: Buffer.from('1') },
        ],
      },
    ],
  ])('is not written at all when %s', (_, journal, part) => {
    const { keyRows, receipts, ...written } = settleIn(aJournal(journal), [aResult(part)]);
    expect(written).toEqual(nothing);
    const marks = journal.keys?.get('a')?.marks ?? {};
    // The run is named all the same: whoever missed the bell learns from the row that it is over.
    expect(keyRows.get('a')).toEqual({ runs: ['r1'], marks });
    expect(receipts).toEqual([
      { run: 'r1', key: 'a', marks: Object.entries(marks), rows: [], refused: true },
    ]);
  });

  test('of tasks that are newer than the last settled one is written', () => {
    const commit = settleIn(aJournal({ keys: marked(0, ['r0']) }), [aResult()]);
    expect(commit.keyRows.get('a')).toEqual({ runs: ['r1', 'r0'], marks: { ticks: 3 } });
  });

  test('leaves the marks of other sources of its key', () => {
    const keys = new Map([['a', { runs: [], marks: { gateway: 8, ticks: 0 } }]]);
    const [receipt] = settleIn(aJournal({ keys }), [aResult()]).receipts;
    expect(receipt?.marks).toEqual([
      ['gateway', 8],
      ['ticks', 3],
    ]);
  });

  test('leaves the last eight runs of its key named', () => {
    const runs = Array.from({ length: 8 }, (_, index) => `r${index + 10}`);
    const row = settleIn(aJournal({ keys: marked(0, runs) }), [aResult()]).keyRows.get('a');
    expect(row?.runs).toEqual(['r1', ...runs.slice(0, 7)]);
  });
});

describe('results of one transaction see one another', () => {
  test('the first of two with the same tasks wins', () => {
    const other = aResult({ run: 'r2', worker: 'w2', segments: [aSegment('F/y/', 1)] });
    const commit = settleIn(aJournal(), [aResult(), other]);
    expect(commit.receipts.map(({ run, refused }) => [run, refused])).toEqual([
      ['r1', false],
      ['r2', true],
    ]);
    expect(commit.keyRows.get('a')).toEqual({ runs: ['r2', 'r1'], marks: { ticks: 3 } });
    expect([commit.records, commit.settledTasks, commit.segments.length]).toEqual([2, 3, 1]);
  });

  test('the first of two with the same row wins', () => {
    const part = { marks: [], states: [], rows: [aRow(7)] };
    const commit = settleIn(aJournal({ pending: new Set([7]) }), [
      aResult(part),
      aResult({ ...part, run: 'r2' }),
    ]);
    expect(commit.receipts.map(({ refused }) => refused)).toEqual([false, true]);
    expect(commit.settledRows).toHaveLength(1);
  });

  test('a run may build on what the one before it wrote, and not on what was before', () => {
    const ticks = (first: number, last: number) => [
      { source: 'ticks', first, last, count: last - first + 1 },
    ];
    const next = (run: string, base: number, first: number) => {
      const states = [{ actor: 'Counter', key: 'a', base, value: Buffer.from(run) }];
      return aResult({ run, states, marks: ticks(first, first) });
    };
    const commit = settleIn(aJournal(), [aResult(), next('r2', 1, 4), next('r3', 1, 5), next('r4', 2, 6)]);
    expect(commit.receipts.map(({ refused }) => refused)).toEqual([false, false, true, false]);
    expect(commit.states.get(stateId('Counter', 'a'))).toMatchObject({
      version: 3,
      write: { value: Buffer.from('r4') },
    });
    expect(commit.keyRows.get('a')?.marks).toEqual({ ticks: 6 });
  });

  test('each knows where its own records lie', () => {
    const rows = new Set([7, 8]);
    const commit = settleIn(
      aJournal({ pending: rows }),
      [aResult({ rows: [aRow(7)] }), aResult({ key: 'b', run: 'r2', rows: [aRow(8)], states: [] })],
      5,
    );
    expect(commit.settledRows.map(({ records }) => records)).toEqual([
      { first: 5, count: 2 },
      { first: 7, count: 2 },
    ]);
  });
});

describe('a child', () => {
  test('whose id is known already is the same push: it is not written again', () => {
    const children = [aChild('known'), aChild('new'), aChild('new')];
    const commit = settleIn(aJournal({ ids: new Set(['known']) }), [
      aResult({ children }),
      aResult({ key: 'b', run: 'r2', states: [], children: [aChild('new'), aChild('other')] }),
    ]);
    expect(commit.children.map(({ id }) => id)).toEqual(['new', 'other']);
  });
});

test('of two endings of one waiting in one transaction the first wins', () => {
  const journal = aJournal({ parked: new Set(['c']), pending: new Set([1, 2]) });
  const ending = (run: string, order: number) =>
    aResult({
      run,
      key: run,
      marks: [],
      states: [],
      children: [],
      rows: [aRow(order)],
      unparks: [anUnpark('c')],
    });
  const { receipts, unparks } = settleIn(journal, [ending('answer', 1), ending('timeout', 2)]);
  expect(receipts.map(({ run, refused }) => [run, refused])).toEqual([
    ['answer', false],
    ['timeout', true],
  ]);
  expect(unparks).toHaveLength(1);
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { settle } from '../../../src/integration-manager/settle.ts';
import { decodeBatch, encodeBatch, genesis, recordsOf } from '../../../src/journal/batch.ts';
import { encodeEnvelope } from '../../../src/model/envelope.ts';
import { codeOf } from '../../../src/model/errors.ts';
import type { Receipt, Report, Result } from '../../../src/model/run.ts';
import { type FrameKind, frameHeader, frameKinds, itemOf, kindOf } from '../../../src/transport/frame.ts';
import { pack } from '../../../src/transport/packing.ts';
import { decodeResults, encodeResult } from '../../../src/transport/result-frame.ts';
import { decodeRuns, encodeRun } from '../../../src/transport/run-frame.ts';
import {
  decodeReceipts,
  decodeWords,
  encodeReceipts,
  encodeWord,
  type Word,
} from '../../../src/transport/word-frame.ts';
import { aRecord, envelope } from '../model/envelopes.ts';

const text = fc.string({ unit: fc.constantFrom('a', 'ß', '€', '🛰', '.'), maxLength: 10 });
const bytes = fc.uint8Array({ maxLength: 40 }).map((data) => Buffer.from(data));
const records = fc.array(envelope, { minLength: 1, maxLength: 4 }).map((all) => all.map(encodeEnvelope));
const run = fc.record({ id: text, key: text, tasks: records });
const numbers = fc.array(fc.nat(), { maxLength: 3 });

const record = envelope.map(encodeEnvelope);
const row = envelope.map((made) => encodeEnvelope({ ...made, source: 'pending' }));
const segment = fc.record({ topic: text, records: fc.array(record, { maxLength: 3 }) }).map((made) => {
  return { topic: made.topic, count: made.records.length, bytes: Buffer.concat(made.records) };
});

const result: fc.Arbitrary<Result> = fc.record({
  run: text,
  key: text,
  worker: text,
  marks: fc.array(fc.record({ source: text, first: fc.nat(), last: fc.nat(), count: fc.nat() }), {
    maxLength: 2,
  }),
  rows: fc.array(
    fc.record({ order: fc.nat(), id: text, outcome: fc.constantFrom('completed', 'ended'), reason: text }),
    { maxLength: 2 },
  ),
  states: fc.array(fc.record({ actor: text, key: text, base: fc.nat(), value: bytes }), { maxLength: 2 }),
  children: fc.array(fc.record({ id: text, record: row }), { maxLength: 2 }),
  deadLetters: fc.array(fc.record({ record, code: text, message: text, evidence: bytes }), {
    maxLength: 2,
  }),
  parks: fc.array(
    fc.record({
      correlationId: text,
      id: text,
      key: text,
      deadline: fc.nat(),
      remaining: fc.array(text, { maxLength: 3 }),
      record,
      isNew: fc.boolean(),
    }),
    { maxLength: 2 },
  ),
  unparks: fc.array(
    fc.record({
      correlationId: text,
      id: text,
      resumed: fc.option(row, { nil: undefined }),
      reason: text,
    }),
    { maxLength: 2 },
  ),
  segments: fc.array(segment, { maxLength: 3 }),
  evidence: bytes,
});
const task = fc.record({ source: text, number: fc.nat() });
const report: fc.Arbitrary<Report> = fc.record(
  {
    run: text,
    worker: text,
    done: fc.nat(),
    sentTo: text,
    failure: fc.record({ code: text, message: text, retryAfterMs: fc.nat(), task }),
  },
  { requiredKeys: ['run', 'worker', 'done', 'sentTo'] },
);
const word: fc.Arbitrary<Word> = fc.oneof(
  report.map((said): Word => ({ type: 'report', report: said })),
  fc
    .record({
      worker: text,
      incarnation: text,
      version: text,
      credit: fc.nat(),
      runs: fc.array(fc.record({ id: text, key: text, first: task }), { maxLength: 2 }),
    })
    .map((said): Word => ({ type: 'hello', hello: said })),
);
const receipt: fc.Arbitrary<Receipt> = fc.record({
  run: text,
  key: text,
  marks: fc.array(fc.tuple(text, fc.nat()), { maxLength: 2 }),
  rows: numbers,
  refused: fc.boolean(),
});

const frame = (kind: FrameKind, items: readonly Buffer[]) => Buffer.concat([frameHeader(kind), ...items]);
const plain = (value: unknown) => JSON.parse(JSON.stringify(value));

describe('a frame decodes to what was encoded', () => {
  test('of runs, with the attempts that the subject counted', () => {
    fc.assert(
      fc.property(fc.array(run, { maxLength: 3 }), fc.nat(255), (runs, attempt) => {
        const items = runs.map(({ id, key, tasks }) => {
          const lying = Buffer.concat(tasks);
          let end = 0;
          const ranges = tasks.map((task) => {
            const start = end;
            end += task.length;
            return { frame: lying, start, end, attempt };
          });
          return encodeRun(id, key, ranges);
        });
        const decoded = [...decodeRuns(frame('runs', items))];
        const expected = runs.map(({ id, key, tasks }) => {
          const counted = tasks.map((task) => {
            const copy = Buffer.from(task);
            copy[5] = attempt;
            return copy;
          });
          return { id, key, tasks: counted };
        });
        expect(plain(decoded)).toEqual(plain(expected));
      }),
    );
  });

  test('of results', () => {
    fc.assert(
      fc.property(fc.array(result, { maxLength: 3 }), (results) => {
        expect(plain([...decodeResults(frame('results', results.map(encodeResult)))])).toEqual(
          plain(results),
        );
      }),
    );
  });

  test('of words and receipts', () => {
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 3 }),
        fc.array(receipt, { maxLength: 3 }),
        (words, receipts) => {
          expect([...decodeWords(frame('words', words.map(encodeWord)))]).toEqual(words);
          expect(decodeReceipts(encodeReceipts(receipts))).toEqual(receipts);
        },
      ),
    );
  });

  test('of every kind to its kind', () => {
    for (const kind of Object.keys(frameKinds) as FrameKind[]) expect(kindOf(frameHeader(kind))).toBe(kind);
  });
});

describe('bytes from outside', () => {
  const names: readonly (keyof Result)[] = [
    ...(['run', 'key', 'worker', 'marks', 'rows', 'states', 'children', 'deadLetters'] as const),
    ...(['parks', 'unparks'] as const),
  ];
  const aTask = { source: 's', number: 1 };
  const aHello = { worker: 'w', incarnation: 'i', version: 'v', credit: 1, runs: [] };
  const decoders = { decodeRuns, decodeResults, decodeWords };
  const sound = fc.oneof(
    run.map(({ id, key, tasks }) => {
      const [task] = tasks as [Buffer];
      return encodeRun(id, key, [{ frame: task, start: 0, end: task.length, attempt: 0 }]);
    }),
    result.map(encodeResult),
    word.map(encodeWord),
  );

  test.each(Object.entries(decoders))('%s gives values or says malformed, and nothing else', (_, decode) => {
    const tryOut = (items: Buffer) => {
      try {
        for (const _ of decode(frame('runs', [items])));
      } catch (error) {
        if (codeOf(error) !== 'envelope.malformed') throw error;
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (data) => tryOut(Buffer.from(data))));
    const change = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 });
    fc.assert(
      fc.property(sound, change, fc.nat(8), (item, changes, cut) => {
        const altered = Buffer.from(item.subarray(0, item.length - cut));
        for (const [at, value] of changes) altered[at % item.length] = value;
        tryOut(altered);
      }),
      { numRuns: 1000 },
    );
  });

  test('what is taken for a result can be settled, written and read again', () => {
    const odd = fc.anything({ maxDepth: 3 });
    const parts = fc.tuple(result, fc.constantFrom(...names), odd, fc.nat(1));
    const view = {
      ...{ keyRow: () => undefined, stateVersion: () => 0, chargesOf: () => [], isDead: () => true },
      ...{ isPending: () => true, isParked: () => false, knowsId: () => false },
    };
    let taken = 0;
    fc.assert(
      fc.property(parts, ([sound, name, value, isOdd]) => {
        const list = Array.isArray(sound[name]) ? [value] : value;
        let results: Result[];
        try {
          const made = { ...sound, ...(isOdd === 1 && { [name]: list }) } as Result;
          results = [...decodeResults(frame('results', [encodeResult(made)]))];
        } catch (error) {
          // What cannot even be encoded is not what this is about.
          if (codeOf(error) === 'envelope.malformed' || error instanceof TypeError) return;
          throw error;
        }
        taken += results.length;
        const commit = settle(view, results, 1);
        const batch = decodeBatch(encodeBatch(commit.segments, 1, 0, genesis).bytes);
        for (const one of batch.segments) for (const _ of recordsOf(one));
      }),
      { numRuns: 500 },
    );
    expect(taken).toBeGreaterThan(100);
  });

  test.each<[string, Partial<Record<keyof Result, unknown>>]>([
    ['a mark that is no number', { marks: [{ source: 's', first: Number.NaN, last: 1, count: 1 }] }],
    ['a source that no object can keep', { marks: [{ source: '__proto__', first: 1, last: 1, count: 1 }] }],
    ['a key that is too long', { key: 'k'.repeat(1501) }],
    ['nothing where something is listed', { rows: [null] }],
    ['a child that is no record', { children: [{ id: 'c', record: Buffer.from('x') }] }],
    ['a child that is no row', { children: [{ id: 'c', record: aRecord({ source: 'ticks' }) }] }],
    ['another count than records', { segments: [{ topic: 't', count: 2, bytes: aRecord() }] }],
    ['records that are none', { segments: [{ topic: 't', count: 1, bytes: Buffer.alloc(60) }] }],
  ])('a result with %s is malformed', (_, part) => {
    const made = { ...fc.sample(result, { numRuns: 1, seed: 1 })[0]!, ...part } as Result;
    expect(() => [...decodeResults(frame('results', [encodeResult(made)]))]).toThrowError(
      expect.objectContaining({ code: 'envelope.malformed' }),
    );
  });

  test.each<[string, unknown]>([
    ['that is nothing', null],
    ['of a list that is too short', ['run', 'worker', 1]],
    ['of a list of other things', ['run', 'worker', '1', '']],
    ['of an unknown type', { type: 'bye' }],
    ['of a worker without credit', { type: 'hello', hello: { ...aHello, credit: Number.NaN } }],
    ['of a run without a name', { type: 'hello', hello: { ...aHello, runs: [null] } }],
    ['of fewer tasks than none', { type: 'report', report: { run: 'r', worker: 'w', done: -1, sentTo: '' } }],
    [
      'of a wait without an end',
      {
        type: 'report',
        report: {
          ...{ run: 'r', worker: 'w', done: 0, sentTo: '' },
          failure: { code: 'c', message: 'm', retryAfterMs: Number.POSITIVE_INFINITY, task: aTask },
        },
      },
    ],
  ])('a word %s is malformed', (_, said) => {
    const isReport = (said as Word | null)?.type === 'report';
    const item = isReport ? encodeWord(said as Word) : itemOf([pack(said)]);
    expect(() => [...decodeWords(frame('words', [item]))]).toThrowError(
      expect.objectContaining({ code: 'envelope.malformed' }),
    );
  });

  test.each([
    ['empty', ''],
    ['short', '5a01'],
    ['of another mark', '5b010100'],
    ['of another layout', '5a010200'],
    ['of an unknown kind', '5a090100'],
  ])('a frame that is %s is none of ours', (_, hex) => {
    expect(() => kindOf(Buffer.from(hex, 'hex'))).toThrowError(
      expect.objectContaining({ code: 'envelope.malformed' }),
    );
  });
});

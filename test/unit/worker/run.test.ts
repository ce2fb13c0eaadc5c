import { describe, expect, test } from 'vitest';
import { decodeEnvelope, type Envelope, maxRecordBytes } from '../../../src/model/envelope.ts';
import { pinnedTo } from '../../../src/model/pinning.ts';
import { type ParkedRow, pendingSource, type Result } from '../../../src/model/run.ts';
import type { Emission } from '../../../src/worker/emission.ts';
import {
  advance,
  type Call,
  type CallOutcome,
  conclude,
  createRun,
  type Finished,
  type WalkStep,
  type WorkerRun,
} from '../../../src/worker/run.ts';
import { aRecord } from '../model/envelopes.ts';
import { aWitness } from './a-witness.ts';

const call = (method: string): WalkStep => ({ kind: 'call', component: 'C', method, text: method });
const publish = (topic: string): WalkStep => ({ kind: 'publish', topic, text: topic });
const done: WalkStep = { kind: 'done', text: '??done' };
const flows: Readonly<Record<string, readonly WalkStep[]>> = {
  F: [call('look'), call('compare'), publish('F/seen/'), done],
  Twice: [publish('Twice/came/'), call('look'), publish('Twice/seen/'), done],
};

const waiting = new Map<string, ParkedRow>();

function aRun(...tasks: Partial<Envelope>[]): WorkerRun {
  return createRun({
    run: { id: 'r1', key: 'k', tasks: tasks.map((task) => aRecord(task)) },
    witness: aWitness(),
    walk: (flow) => flows[flow],
    maxAttempts: 5,
    reader: () => undefined,
    parked: (id) => waiting.get(id),
    answerWithinMs: 60_000,
    workers: () => ['w1', 'w2'],
  });
}

const passed = (value: unknown, emissions: readonly Emission[] = []): CallOutcome => {
  return { kind: 'passed', body: { value }, emissions };
};
const retry: CallOutcome = { kind: 'retry', code: 'action.failed', message: 'no', retryAfterMs: 200 };
const rejected: CallOutcome = { kind: 'rejected', code: 'body.not-data', message: 'not data' };

/** Walks to the end; `answer` says what comes of each call. */
function walk(run: WorkerRun, answer: (call: Call, run: WorkerRun) => CallOutcome): Finished {
  for (;;) {
    const next = advance(run);
    if (next.type === 'finished') return next;
    conclude(run, answer(next, run));
  }
}

/** By number of the task, all others pass. */
const answering = (answers: Readonly<Record<number, CallOutcome>>) => (call: Call) =>
  answers[call.task.number] ?? passed({ seen: call.task.number });

const bodies = (result: Result | undefined) =>
  (result?.segments ?? []).map(({ topic, count, bytes }) => [
    topic,
    count,
    bytes.toString('latin1').match(/\{.*?\}/g),
  ]);

const emission = (part: Partial<Emission> = {}): Emission => {
  return { flow: 'G', key: 'other', body: Buffer.from('{}'), ...part };
};

describe('a run', () => {
  test('walks each task through its steps; what a step returns is the body of the next', () => {
    const seen: string[] = [];
    const finished = walk(aRun({ number: 1, body: Buffer.from('{"n":1}') }), ({ method, body }) => {
      seen.push(`${method} ${body ? JSON.stringify(body) : 'own'}`);
      return passed({ by: method });
    });
    expect(seen).toEqual(['look own', 'compare {"value":{"by":"look"}}']);
    expect(finished).toMatchObject({ done: 1, failure: undefined });
    expect(bodies(finished.result)).toEqual([['F/seen/', 1, ['{"by":"compare"}']]]);
  });

  test('ends in one result for all its tasks', () => {
    const { result, done: through } = walk(
      aRun(
        { number: 3 },
        { number: 4 },
        { source: pendingSource, number: 12, id: 'push-1' },
        { number: 7 },
        { source: 'other', number: 1 },
      ),
      answering({}),
    );
    expect(through).toBe(5);
    expect(result).toMatchObject({
      run: 'r1',
      key: 'k',
      worker: 'w1',
      marks: [
        { source: 'ticks', first: 3, last: 7, count: 3 },
        { source: 'other', first: 1, last: 1, count: 1 },
      ],
      rows: [{ order: 12, id: 'push-1', outcome: 'completed', reason: '' }],
      children: [],
      deadLetters: [],
    });
    expect(result!.segments).toMatchObject([{ topic: 'F/seen/', count: 5 }]);
  });

  test('publishes the record of the task itself while no step has changed its body', () => {
    const record = { number: 1, flow: 'Twice', body: Buffer.from('{"n":1}') };
    const { result } = walk(aRun(record), () => passed({ n: 2 }));
    expect(result!.segments.map(({ topic }) => topic)).toEqual(['Twice/came/', 'Twice/seen/']);
    expect(result!.segments[0]!.bytes).toEqual(aRecord(record));
    expect(decodeEnvelope(result!.segments[1]!.bytes).body.toString()).toBe('{"n":2}');
  });

  test('lets a task see the states of those before it', () => {
    const { result } = walk(aRun({ number: 1 }, { number: 2 }), ({ method, task }, { states }) => {
      const before = (states.read('Counter', task.key) as number | undefined) ?? 0;
      if (method === 'look') states.write('Counter', task.key, before + 1);
      return passed({});
    });
    expect(result!.states).toEqual([{ actor: 'Counter', key: 'k', base: 0, value: Buffer.from('2') }]);
  });
});

describe('a task that fails for now', () => {
  const halfway = (number: number, outcome: CallOutcome) => (call: Call, run: WorkerRun) => {
    run.states.write('Counter', 'k', call.task.number);
    const emissions = [emission()];
    if (call.task.number === number && call.method === 'look') return outcome;
    return passed({ seen: call.task.number }, call.method === 'compare' ? emissions : []);
  };

  test('ends the run: what is done is returned, the rest is handed back', () => {
    const finished = walk(aRun({ number: 1 }, { number: 2 }, { number: 3 }), halfway(2, retry));
    expect(finished).toMatchObject({
      done: 1,
      failure: { code: 'action.failed', message: 'no', retryAfterMs: 200 },
      result: { marks: [{ source: 'ticks', first: 1, last: 1, count: 1 }] },
    });
  });

  test('leaves nothing behind: no record, no state, no child', () => {
    const finished = walk(
      aRun({ flow: 'Twice', number: 1 }, { flow: 'Twice', number: 2 }),
      halfway(2, retry),
    );
    const { result } = finished;
    expect(bodies(result)).toEqual([
      ['Twice/came/', 1, ['{}']],
      ['Twice/seen/', 1, ['{"seen":1}']],
    ]);
    expect(result!.states).toMatchObject([{ value: Buffer.from('1') }]);
    expect(result!.children).toEqual([]);
  });

  test('as the first one ends the run without a result', () => {
    expect(walk(aRun({ number: 1 }, { number: 2 }), answering({ 1: retry }))).toMatchObject({
      result: undefined,
      done: 0,
      failure: { code: 'action.failed' },
    });
  });
});

describe('a task that can never succeed becomes a dead letter, and the run goes on', () => {
  test('when its method refuses it', () => {
    const { result, done: through } = walk(
      aRun({ number: 1 }, { source: pendingSource, number: 9, id: 'p' }, { number: 2 }),
      answering({ 9: rejected }),
    );
    expect(through).toBe(3);
    expect(result!.deadLetters).toMatchObject([{ code: 'body.not-data', message: 'not data' }]);
    expect(decodeEnvelope(result!.deadLetters[0]!.record).id).toBe('p');
    expect(result!.rows).toEqual([{ order: 9, id: 'p', outcome: 'dead-lettered', reason: 'body.not-data' }]);
    expect(bodies(result)).toEqual([['F/seen/', 2, ['{"seen":1}', '{"seen":2}']]]);
  });

  test('and leaves nothing else behind, though it had come halfway', () => {
    const twice = [1, 2].map((number) => ({ flow: 'Twice', number }));
    const { result } = walk(aRun(...twice), ({ task }, { states }) => {
      states.write('Counter', `of ${task.number}`, 1);
      return task.number === 1 ? rejected : passed({ seen: 2 }, [emission({ id: 'of 2' })]);
    });
    expect(bodies(result)).toEqual([
      ['Twice/came/', 1, ['{}']],
      ['Twice/seen/', 1, ['{"seen":2}']],
    ]);
    expect(result!.states.map(({ key }) => key)).toEqual(['of 2']);
    expect(result!.children.map(({ id }) => id)).toEqual(['of 2']);
  });

  test('when no flow has its name', () => {
    const { result } = walk(aRun({ number: 1, flow: 'None' }, { number: 2 }), answering({}));
    expect(result!.deadLetters).toMatchObject([{ code: 'flow.unknown', message: 'No flow "None".' }]);
    expect(result!.marks).toMatchObject([{ first: 1, last: 2, count: 2 }]);
  });

  test('when it has had all its attempts', () => {
    const asked: number[] = [];
    const { result } = walk(aRun({ number: 1, attempt: 5 }, { number: 2, attempt: 4 }), ({ task }) => {
      asked.push(task.number);
      return passed({});
    });
    expect(asked).toEqual([2, 2]);
    expect(result!.deadLetters).toMatchObject([
      { code: 'action.failed', message: 'Failed or lost its worker 5 times.', isUntried: true },
    ]);
  });

  test('when nothing but dead letters is in the run', () => {
    const { result, done: through } = walk(aRun({ flow: 'None', number: 1 }), answering({}));
    expect(through).toBe(1);
    expect(result).toMatchObject({ marks: [{ first: 1, last: 1, count: 1 }], segments: [] });
  });

  test.each([
    ['is too large to be published', 'x'.repeat(maxRecordBytes), 'body.too-large'],
    ['is no data', { count: 1n }, 'body.not-data'],
  ])('when what a step returns %s', (_, value, code) => {
    const { result, done: through } = walk(
      aRun({ number: 1 }, { number: 2 }),
      answering({ 1: passed(value) }),
    );
    expect(through).toBe(2);
    expect(result!.deadLetters).toMatchObject([{ code }]);
    expect(bodies(result)).toEqual([['F/seen/', 1, ['{"seen":2}']]]);
  });

  test.each([
    ['is too large', { body: Buffer.alloc(maxRecordBytes) }, 'envelope.oversized'],
    ['has no key', { key: '' }, 'envelope.malformed'],
    ['has a key that no table could hold', { key: 'k'.repeat(2000) }, 'envelope.oversized'],
  ])('when a message that it emits %s', (_, part, code) => {
    const emitted = passed({}, [emission(), emission(part)]);
    const { result } = walk(aRun({ number: 1 }), answering({ 1: emitted }));
    expect(result!.deadLetters).toMatchObject([{ code }]);
    expect([result!.children, result!.segments]).toEqual([[], []]);
  });
});

describe('a flow that ends early', () => {
  test('completes its task with the reason; what it published before stays', () => {
    const { result } = walk(aRun({ source: pendingSource, number: 4, id: 'p', flow: 'Twice' }), () => {
      return { kind: 'ended', reason: 'unchanged', emissions: [emission({ id: 'e' })], endings: [] };
    });
    expect(result!.rows).toEqual([{ order: 4, id: 'p', outcome: 'ended', reason: 'unchanged' }]);
    expect(result!.segments.map(({ topic }) => topic)).toEqual(['Twice/came/']);
    expect(result!.children.map(({ id }) => id)).toEqual(['e']);
  });
});

describe('messages that a task emits', () => {
  test('become children named after it, in order over all its steps, with its context', () => {
    const parent = {
      source: pendingSource,
      number: 4,
      id: 'p',
      correlationId: 'c',
      traceparent: 't',
      policy: 'h',
      time: 7,
    };
    const { result } = walk(aRun(parent), ({ method }) => {
      return passed(
        {},
        method === 'look'
          ? [emission({ group: 'g', deadline: 9 }), emission()]
          : [emission({ subject: 's' })],
      );
    });
    expect(result!.children.map(({ id }) => id)).toEqual(['p.1', 'p.2', 'p.3']);
    const [first, , third] = result!.children.map(({ record }) => decodeEnvelope(record));
    expect([first!.id, first!.source, first!.flow, first!.key, first!.group, first!.deadline]).toEqual([
      'p.1',
      pendingSource,
      'G',
      'other',
      'g',
      9,
    ]);
    expect([
      first!.correlationId,
      first!.causationId,
      first!.traceparent,
      first!.policy,
      first!.time,
    ]).toEqual(['c', 'p', 't', 'h', 7]);
    expect(third!.subject).toBe('s');
  });

  test('of a numbered task are named by its source, key and number; an id of their own stays', () => {
    const { result } = walk(aRun({ number: 1 }), ({ method }) =>
      passed({}, method === 'look' ? [emission(), emission({ id: 'mine' })] : []),
    );
    expect(result!.children.map(({ id }) => id)).toEqual(['ticks-k-1.1', 'mine']);
  });
});

test('a run that grows large ends early, and hands back what it has not begun without a fault', () => {
  const tasks = Array.from({ length: 12 }, (_, index) => ({ number: index + 1 }));
  const body = 'x'.repeat(1024 * 1024);
  const finished = walk(aRun(...tasks), () => passed(body));
  expect(finished.failure).toBeUndefined();
  expect(finished.done).toBe(4);
  expect(finished.result!.marks).toEqual([{ source: 'ticks', first: 1, last: 4, count: 4 }]);
});

describe('a task of one worker', () => {
  const pinnedTask = (worker: string) => aRun({ number: 1, group: pinnedTo(worker) });

  test('is run by that worker', () => {
    const { result } = walk(pinnedTask('w1'), () => passed({}));
    expect(bodies(result)).toHaveLength(1);
  });

  test('is ended by any other one, which gets it only when that worker has left for good', () => {
    const called: string[] = [];
    const { result, done } = walk(pinnedTask('w2'), ({ method }) => {
      called.push(method);
      return passed({});
    });
    expect({ called, done, segments: bodies(result) }).toEqual({ called: [], done: 1, segments: [] });
  });
});

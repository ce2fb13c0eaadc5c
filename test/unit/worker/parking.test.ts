import { describe, expect, test } from 'vitest';
import { decodeEnvelope } from '../../../src/model/envelope.ts';
import { type ParkedRow, pendingSource } from '../../../src/model/run.ts';
import {
  advance,
  conclude,
  createRun,
  type Finished,
  type WalkStep,
  type WorkerRun,
} from '../../../src/worker/run.ts';
import { aRecord } from '../model/envelopes.ts';
import { aWitness } from './a-witness.ts';

const steps: readonly WalkStep[] = [
  { kind: 'park', text: 'A?F@ASYNC?wait' },
  { kind: 'publish', topic: 'F/done/', text: 'A?F@PUBLISH?done' },
  { kind: 'done', text: '??done' },
];
const spread: readonly WalkStep[] = [
  { kind: 'spread', component: 'C', method: 'm', text: 'A?All@ROUTING_WORKER?m' },
  { kind: 'done', text: '??done' },
];
const ending: readonly WalkStep[] = [
  { kind: 'call', component: 'Parking', method: 'resume', text: 'resume' },
  { kind: 'done', text: '??done' },
];

function aRun(
  tasks: readonly Buffer[],
  walk: Record<string, readonly WalkStep[]>,
  waiting?: ParkedRow,
): WorkerRun {
  return createRun({
    run: { id: 'r', key: 'k', tasks },
    witness: aWitness({ worker: 'worker-1' }),
    walk: (flow) => walk[flow],
    maxAttempts: 5,
    reader: () => undefined,
    parked: (id) => (waiting?.correlationId === id ? waiting : undefined),
    answerWithinMs: 1000,
    workers: () => ['worker-1', 'worker-2'],
  });
}

const finished = (run: WorkerRun): Finished => {
  const next = advance(run);
  if (next.type !== 'finished') throw new Error('a call was not expected');
  return next;
};

const aTask = (part = {}) =>
  aRecord({ id: 'p', source: pendingSource, number: 4, flow: 'F', time: 500, ...part });

function parked(part = {}): ParkedRow {
  return finished(aRun([aTask({ body: Buffer.from('{"n":1}'), ...part })], { F: steps })).result!.parks[0]!;
}

/** The result of a run that ends the waiting of `row`, with an answer or without. */
function ended(row: ParkedRow, answer: string | undefined, walk = steps) {
  const task = aRecord({ id: 'answer', source: pendingSource, number: 9, flow: 'Answer' });
  const run = aRun([task], { Answer: ending, F: walk }, row);
  advance(run);
  const endings = [{ row, answer: answer === undefined ? undefined : Buffer.from(answer) }];
  conclude(run, { kind: 'ended', reason: 'answered', emissions: [], endings });
  return finished(run).result!;
}

describe('a task at @ASYNC', () => {
  test('ends its run as a row that waits, with its body and the steps that are left', () => {
    const { result } = finished(aRun([aTask()], { F: steps }));
    expect(result).toMatchObject({
      rows: [{ order: 4, id: 'p', outcome: 'parked', reason: 'p' }],
      parks: [
        {
          correlationId: 'p',
          id: 'p',
          key: 'k',
          deadline: 1500,
          remaining: ['A?F@PUBLISH?done', '??done'],
          isNew: false,
        },
      ],
      segments: [],
    });
  });

  test('waits until its own deadline, under its own correlation id, where it has them', () => {
    expect(parked({ deadline: 900, correlationId: 'c' })).toMatchObject({
      deadline: 900,
      correlationId: 'c',
    });
  });

  test('that numbers itself is accepted from there on', () => {
    const { result } = finished(aRun([aRecord({ source: 'ticks', number: 7, flow: 'F' })], { F: steps }));
    expect(result!.parks).toMatchObject([{ id: 'ticks-k-7', isNew: true }]);
  });

  test('is a dead letter when another waits under its correlation id', () => {
    const { result } = finished(aRun([aTask()], { F: steps }, parked()));
    expect(result).toMatchObject({ parks: [], deadLetters: [{ code: 'correlation.taken' }] });
  });
});

describe('a waiting', () => {
  test('that is answered goes on at the step after, with request and answer', () => {
    const { unparks } = ended(parked(), 'true');
    expect(unparks).toMatchObject([{ correlationId: 'p', id: 'p' }]);
    const resumed = decodeEnvelope(unparks[0]!.resumed!);
    expect(JSON.parse(String(resumed.body))).toEqual({ request: { n: 1 }, answer: true });
    const { result } = finished(aRun([unparks[0]!.resumed!], { F: steps }));
    expect(result!.segments).toMatchObject([{ topic: 'F/done/', count: 1 }]);
    expect(result!.parks).toEqual([]);
  });

  test('that was too long is a dead letter', () => {
    expect(ended(parked(), undefined)).toMatchObject({
      unparks: [{ resumed: undefined, reason: 'flow.timeout' }],
      deadLetters: [{ code: 'flow.timeout' }],
    });
  });

  test('goes on when only steps before it have changed', () => {
    const longer: readonly WalkStep[] = [{ kind: 'publish', topic: 'F/asked/', text: 'new' }, ...steps];
    expect(ended(parked(), 'true', longer).unparks[0]!.resumed).toBeDefined();
  });

  test('cannot go on when its flow ends otherwise now', () => {
    expect(ended(parked(), 'true', [{ kind: 'done', text: '??done' }])).toMatchObject({
      unparks: [{ resumed: undefined, reason: 'flow.changed' }],
      deadLetters: [{ code: 'flow.changed' }],
    });
  });

  test('is over for the tasks that follow in the same run', () => {
    const row = parked();
    const task = (number: number) =>
      aRecord({ id: `a${number}`, source: pendingSource, number, flow: 'Answer' });
    const run = aRun([task(1), task(2)], { Answer: ending, F: steps }, row);
    advance(run);
    conclude(run, { kind: 'ended', reason: '', emissions: [], endings: [{ row, answer: Buffer.from('1') }] });
    advance(run);
    conclude(run, { kind: 'ended', reason: 'late', emissions: [], endings: [] });
    expect(finished(run).result!.unparks).toHaveLength(1);
  });
});

describe('a task at @ROUTING_WORKER', () => {
  test('becomes one for each worker that lives, and each of those runs the step', () => {
    const { result } = finished(aRun([aTask({ flow: 'All' })], { All: spread }));
    const children = result!.children.map(({ record }) => decodeEnvelope(record));
    expect(children.map(({ id, key, group }) => [id, key, group])).toEqual([
      ['p.1', 'k-worker-1', 'worker:worker-1'],
      ['p.2', 'k-worker-2', 'worker:worker-2'],
    ]);
    const run = aRun([result!.children[0]!.record], { All: spread });
    expect(advance(run)).toMatchObject({ type: 'call', component: 'C', method: 'm' });
  });
});

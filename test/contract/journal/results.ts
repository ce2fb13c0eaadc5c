import fc from 'fast-check';
import { noEvidence } from '../../../src/model/evidence.ts';
import { pendingSource, type Result } from '../../../src/model/run.ts';
import { aRecord } from '../../unit/model/envelopes.ts';

/** A result that settles nothing and writes nothing, but for what is given. */
export function aResult(part: Partial<Result> = {}): Result {
  return {
    run: 'r1',
    key: 'a',
    worker: 'w1',
    marks: [],
    rows: [],
    states: [],
    children: [],
    deadLetters: [],
    parks: [],
    unparks: [],
    segments: [],
    evidence: noEvidence,
    ...part,
  };
}

export function records(topic: string, ...bodies: readonly string[]): Result['segments'][number] {
  const all = bodies.map((body) => aRecord({ body: Buffer.from(body) }));
  return { topic, count: all.length, bytes: Buffer.concat(all) };
}

export function child(id: string, key = 'a'): Result['children'][number] {
  return { id, record: aRecord({ id, key, source: pendingSource, number: 0 }) };
}

export function state(actor: string, key: string, base: number, value: unknown): Result['states'][number] {
  return { actor, key, base, value: Buffer.from(JSON.stringify(value)) };
}

export function row(order: number, outcome: Result['rows'][number]['outcome'] = 'completed') {
  return { order, id: `id-${order}`, outcome, reason: '' };
}

export function parked(id: string, deadline = 5): Result['parks'][number] {
  const record = aRecord({ id, source: pendingSource });
  return { correlationId: id, id, key: 'a', deadline, remaining: ['??done'], record, isNew: true };
}

export function unpark(id: string, isAnswered: boolean): Result['unparks'][number] {
  const resumed = isAnswered ? aRecord({ id, source: pendingSource, number: 0 }) : undefined;
  return { correlationId: id, id, resumed, reason: isAnswered ? '' : 'flow.timeout' };
}

const key = fc.constantFrom('a', 'b');
const base = fc.nat(3);

/** Few keys, numbers and versions, so that some results win and some are too late. */
export const result: fc.Arbitrary<Result> = fc.record({
  run: fc.constantFrom('r1', 'r2', 'r3'),
  key,
  worker: fc.constant('w1'),
  marks: fc.array(
    fc.nat(6).map((first) => ({ source: 'ticks', first, last: first + 1, count: 2 })),
    { maxLength: 1 },
  ),
  rows: fc
    .uniqueArray(fc.integer({ min: 1, max: 4 }), { maxLength: 2 })
    .map((orders) => orders.map((order) => row(order))),
  states: fc.array(
    fc
      .tuple(fc.constantFrom('A', 'AB'), base, fc.nat())
      .map(([actor, of, value]) => state(actor, 'k', of, value)),
    { maxLength: 1 },
  ),
  children: fc.array(
    fc.integer({ min: 1, max: 6 }).map((number) => child(`id-${number}`)),
    { maxLength: 2 },
  ),
  deadLetters: fc.array(fc.constant({ record: aRecord(), code: 'action.failed', message: 'no' }), {
    maxLength: 1,
  }),
  parks: fc.array(
    fc.constantFrom('c1', 'c2').map((id) => parked(id)),
    { maxLength: 1 },
  ),
  unparks: fc.array(
    fc.tuple(fc.constantFrom('c1', 'c2'), fc.boolean()).map(([id, isAnswered]) => unpark(id, isAnswered)),
    { maxLength: 1 },
  ),
  segments: fc.array(
    fc.constantFrom('F/a/', 'F/b/').map((topic) => records(topic, '{}')),
    { maxLength: 2 },
  ),
  evidence: fc.constantFrom(noEvidence, Buffer.from('evidence')),
});

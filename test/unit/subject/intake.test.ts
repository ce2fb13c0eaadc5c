import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Envelope } from '../../../src/model/envelope.ts';
import { codeOf } from '../../../src/model/errors.ts';
import { takeFrame } from '../../../src/subject/intake.ts';
import { LaneCache } from '../../../src/subject/lane-cache.ts';
import { laneOf } from '../../../src/subject/subject-state.ts';
import { aRecord } from '../model/envelopes.ts';
import { Desk, said } from './desk.ts';

const header = Buffer.alloc(4);
const frameOf = (...parts: Partial<Envelope>[]) =>
  Buffer.concat([header, ...parts.map((part) => aRecord(part))]);

test('all tasks of a frame come into the lanes of their keys, in order', () => {
  const desk = new Desk();
  const frame = frameOf(
    { key: 'a', number: 1 },
    { key: 'b', number: 1, group: 'g' },
    { key: 'a', number: 2 },
  );
  expect(takeFrame(desk.state, new LaneCache(), frame, 4)).toBe(3);
  desk.greet('w1');
  const leases = desk.lease();
  expect(leases.map(said)).toEqual(['w1 a 1 2', 'w1 b 1']);
  const [task] = leases[1]!.tasks;
  expect(task).toMatchObject({ source: 'ticks', group: 'g', attempt: 0 });
  expect(frame.subarray(task!.start, task!.end)).toEqual(aRecord({ key: 'b', number: 1, group: 'g' }));
});

test('what is of the product’s own flows is told from what is not, under the same key', () => {
  const desk = new Desk();
  const cache = new LaneCache();
  takeFrame(desk.state, cache, frameOf({ number: 1, flow: 'Admit' }, { number: 2, flow: 'Admits' }), 4);
  const [lane] = desk.state.lanes.values();
  expect(lane?.waiting.map(({ isOwn }) => isOwn)).toEqual([true, false]);
});

test('of a frame with anything wrong in it nothing is taken', () => {
  const good = frameOf({ number: 1 }, { number: 2 });
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 80 }), (bytes) => {
      const desk = new Desk();
      const take = () => takeFrame(desk.state, new LaneCache(), Buffer.concat([good, bytes]), 4);
      expect(take).toThrowError(expect.objectContaining({ code: 'envelope.malformed' }));
      expect(desk.state.counts.taken).toBe(0);
      expect(desk.state.lanes.size).toBe(0);
    }),
  );
});

test.each<[string, Partial<Envelope>]>([
  ['a number that is none', { number: Number.NaN }],
  ['a number without an end', { number: Number.POSITIVE_INFINITY }],
  ['a time that has no date', { time: 1e300 }],
  ['a deadline that is none', { deadline: Number.NaN }],
  ['the source of rows of the journal', { source: 'pending' }],
  ['a source that no object can keep', { source: '__proto__' }],
  ['names that are too long', { group: 'g'.repeat(5000) }],
])('a task with %s is malformed, and nothing of its frame is taken', (_, part) => {
  const desk = new Desk();
  const take = () => takeFrame(desk.state, new LaneCache(), frameOf({ number: 1 }, part), 4);
  expect(take).toThrowError(expect.objectContaining({ code: 'envelope.malformed' }));
  expect([desk.state.counts.taken, desk.state.lanes.size]).toEqual([0, 0]);
});

test('a key that is longer as text than it may be is malformed', () => {
  const frame = frameOf({ key: 'k'.repeat(600) });
  frame.fill(0xff, frame.indexOf('kkk'), frame.indexOf('kkk') + 600);
  const take = () => takeFrame(new Desk().state, new LaneCache(), frame, 4);
  expect(take).toThrowError(expect.objectContaining({ code: 'envelope.malformed' }));
});

test('rows of the journal are taken as they are', () => {
  const desk = new Desk();
  const row = aRecord({ source: 'pending', number: 7, group: 'g'.repeat(5000) });
  expect(takeFrame(desk.state, new LaneCache(), row, 0, 'journal')).toBe(1);
});

test('any bytes are tasks or malformed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        takeFrame(new Desk().state, new LaneCache(), Buffer.from(bytes), 0);
      } catch (error) {
        expect(codeOf(error)).toBe('envelope.malformed');
      }
    }),
  );
});

test('lanes are told by source, key and group, however their letters lie side by side', () => {
  const { state } = new Desk();
  const cache = new LaneCache();
  const names = ['', 'a', 'b', 'ab', 'ba', 'aba'];
  for (const round of [1, 2]) {
    for (const source of names) {
      for (const key of names.slice(1)) {
        for (const group of names) {
          const found = cache.find(aRecord({ source, key, group, number: round }), 0);
          expect([found.source, found.key, found.group]).toEqual([source, key, group]);
          found.lane ??= laneOf(state, key);
          expect(found.lane.key).toBe(key);
        }
      }
    }
  }
  expect(state.lanes.size).toBe(5);
});

test('a key that was forgotten in the meantime has a lane again', () => {
  const desk = new Desk();
  const cache = new LaneCache();
  desk.greet('w1');
  for (const number of [1, 2]) {
    takeFrame(desk.state, cache, frameOf({ number }), 4);
    const [lease] = desk.lease();
    expect(said(lease!)).toBe(`w1 k ${number}`);
    desk.settle(lease!);
    expect(desk.state.lanes.size).toBe(0);
  }
});

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
          const found = cache.find(aRecord({ source, key, group, number: round }), 0, (of) =>
            laneOf(state, of),
          );
          expect([found.source, found.key, found.group, found.lane.key]).toEqual([source, key, group, key]);
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

import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  createCursor,
  nextToSend,
  rewind,
  roomOf,
  sent,
  settleSequence,
} from '../../../src/bridge/cursor.ts';

test('the cursor moves over what is settled without a gap', () => {
  const cursor = createCursor(10, 5);
  for (const sequence of [11, 12, 13]) sent(cursor, sequence);
  expect([13, 12, 11].map((sequence) => settleSequence(cursor, sequence))).toEqual([false, false, true]);
  expect([cursor.settled, nextToSend(cursor), roomOf(cursor)]).toEqual([13, 14, 5]);
});

test('what is settled twice, or was never sent, moves nothing', () => {
  const cursor = createCursor(0, 5);
  sent(cursor, 1);
  expect(settleSequence(cursor, 1)).toBe(true);
  expect([1, 2, 0].map((sequence) => settleSequence(cursor, sequence))).toEqual([false, false, false]);
  expect(cursor.settled).toBe(1);
});

test('nothing is sent out of order', () => {
  const cursor = createCursor(3, 5);
  for (const sequence of [3, 5]) expect(() => sent(cursor, sequence)).toThrowError('does not follow');
});

test('after a broken link everything behind the prefix is sent again', () => {
  const cursor = createCursor(0, 5);
  for (const sequence of [1, 2, 3]) sent(cursor, sequence);
  settleSequence(cursor, 1);
  settleSequence(cursor, 3);
  rewind(cursor);
  expect([nextToSend(cursor), roomOf(cursor)]).toEqual([2, 5]);
  // What was confirmed ahead is not remembered: a duplicate is harmless, a gap is not.
  sent(cursor, 2);
  settleSequence(cursor, 2);
  expect(cursor.settled).toBe(2);
});

test('it counts how often an event was handed over, and forgets that when it is settled', () => {
  const cursor = createCursor(0, 5);
  expect([1, 2, 3].map((sequence) => sent(cursor, sequence))).toEqual([1, 1, 1]);
  settleSequence(cursor, 1);
  rewind(cursor);
  expect([2, 3].map((sequence) => sent(cursor, sequence))).toEqual([2, 2]);
  rewind(cursor);
  expect(sent(cursor, 2)).toBe(3);
  for (const sequence of [3, 4]) sent(cursor, sequence);
  for (const sequence of [2, 3, 4]) settleSequence(cursor, sequence);
  expect(cursor.tries.size).toBe(0);
});

test('whatever happens, it never passes what was not settled, never goes back, and keeps its window', () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.constant('send' as const) },
    { weight: 4, arbitrary: fc.nat(30) },
    { weight: 1, arbitrary: fc.constantFrom('rewind' as const, 'restart' as const) },
  );
  fc.assert(
    fc.property(
      fc.nat(100),
      fc.integer({ min: 1, max: 8 }),
      fc.array(step, { size: 'max', maxLength: 120 }),
      (start, window, steps) => {
        let cursor = createCursor(start, window);
        const settled = new Set<number>();
        for (const one of steps) {
          const before = cursor.settled;
          if (one === 'send') {
            if (roomOf(cursor) > 0) sent(cursor, nextToSend(cursor));
          } else if (one === 'rewind') rewind(cursor);
          else if (one === 'restart') cursor = createCursor(cursor.settled, window);
          else {
            const sequence = start + one;
            if (sequence <= cursor.sent) settled.add(sequence);
            expect(settleSequence(cursor, sequence)).toBe(cursor.settled > before);
          }
          expect(cursor.settled).toBeGreaterThanOrEqual(before);
          expect(cursor.sent - cursor.settled).toBeLessThanOrEqual(window);
          expect(cursor.tries.size).toBeLessThanOrEqual(window);
          for (let sequence = before + 1; sequence <= cursor.settled; sequence++) {
            expect(settled.has(sequence)).toBe(true);
          }
        }
      },
    ),
    { numRuns: 500 },
  );
});

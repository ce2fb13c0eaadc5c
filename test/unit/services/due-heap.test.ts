import fc from 'fast-check';
import { expect, test } from 'vitest';
import { heapify, siftDown } from '../../../src/services/due-heap.ts';

test('the earliest is always on top, however the times on top move on', () => {
  const times = fc.array(fc.nat(50), { minLength: 1, maxLength: 40 });
  const moves = fc.array(fc.nat(30), { maxLength: 60 });
  fc.assert(
    fc.property(times, moves, (dueMs, later) => {
      const heap = dueMs.map((time) => ({ dueMs: time }));
      heapify(heap);
      for (const by of later) {
        expect(heap[0]?.dueMs).toBe(Math.min(...heap.map((entry) => entry.dueMs)));
        heap[0]!.dueMs += by;
        siftDown(heap);
      }
      expect(heap).toHaveLength(dueMs.length);
    }),
  );
});

test('an empty heap stays empty', () => {
  const heap: { dueMs: number }[] = [];
  heapify(heap);
  siftDown(heap);
  expect(heap).toEqual([]);
});

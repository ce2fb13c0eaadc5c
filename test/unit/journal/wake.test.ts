import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createWake } from '../../../src/journal/wake.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Whether a wait is over; nothing else happens in between. */
function watch(waiting: Promise<void>): () => Promise<boolean> {
  let isOver = false;
  void waiting.then(() => {
    isOver = true;
  });
  return async () => {
    await vi.advanceTimersByTimeAsync(0);
    return isOver;
  };
}

test('a ring ends the wait, and its timer', async () => {
  const wake = createWake();
  const isOver = watch(wake.wait(1000));
  expect(await isOver()).toBe(false);
  wake.ring();
  expect(await isOver()).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

test('a ring that nobody waited for ends the next wait, and only that one', async () => {
  const wake = createWake();
  wake.ring();
  wake.ring();
  expect(await watch(wake.wait(1000))()).toBe(true);
  expect(await watch(wake.wait(1000))()).toBe(false);
});

test('without a ring the wait ends by itself', async () => {
  const isOver = watch(createWake().wait(1000));
  await vi.advanceTimersByTimeAsync(999);
  expect(await isOver()).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(await isOver()).toBe(true);
});

test('an abort ends the wait, before it or during it, and nothing listens any more', async () => {
  const wake = createWake();
  const abort = new AbortController();
  const remove = vi.spyOn(abort.signal, 'removeEventListener');
  const isOver = watch(wake.wait(1000, abort.signal));
  abort.abort();
  expect(await isOver()).toBe(true);
  expect(await watch(wake.wait(1000, abort.signal))()).toBe(true);
  expect(remove).toHaveBeenCalledTimes(2);
  expect(vi.getTimerCount()).toBe(0);
});

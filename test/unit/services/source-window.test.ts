import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createSourceWindow,
  hasRoom,
  hold,
  isOutstanding,
  roomOf,
  type SourceTask,
  settleUpTo,
  unsettled,
} from '../../../src/services/source-window.ts';

const task = (key: string, number: number): SourceTask => ({ key, number, record: Buffer.alloc(0) });
const named = ({ key, number }: SourceTask) => `${key}${number}`;

describe('the window of a source', () => {
  it('holds what has no receipt, and gives it again in order for a new life of the subject', () => {
    const window = createSourceWindow('ticks');
    for (const one of [task('a', 1), task('b', 5), task('a', 2), task('a', 4)]) hold(window, one);
    expect(settleUpTo(window, 'a', 3)).toBe(2);
    expect([...unsettled(window)].map(named)).toEqual(['a4', 'b5']);
    expect([isOutstanding(window, 'a'), isOutstanding(window, 'c')]).toEqual([true, false]);
  });

  it('lets go once: the same receipt again, an older one, or one of another key changes nothing', () => {
    const window = createSourceWindow('ticks');
    for (const number of [1, 2, 3]) hold(window, task('a', number));
    expect([2, 2, 1].map((last) => settleUpTo(window, 'a', last))).toEqual([2, 0, 0]);
    expect(settleUpTo(window, 'b', 9)).toBe(0);
    expect(window.size).toBe(1);
  });

  it('stops by itself at its limit, and goes on when something is settled', () => {
    const window = createSourceWindow('ticks', 2);
    hold(window, task('a', 1));
    hold(window, task('b', 1));
    expect(hasRoom(window)).toBe(false);
    expect(() => hold(window, task('c', 1))).toThrowError('full');
    settleUpTo(window, 'a', 1);
    expect(hasRoom(window)).toBe(true);
  });

  it('stops when what it holds is large, however little of it there is', () => {
    const window = createSourceWindow('pushes', 10, 100);
    hold(window, { key: 'a', number: 1, record: Buffer.alloc(60) });
    expect([hasRoom(window), roomOf(window)]).toEqual([true, 9]);
    hold(window, { key: 'b', number: 1, record: Buffer.alloc(60) });
    expect([hasRoom(window), roomOf(window)]).toEqual([false, 0]);
    settleUpTo(window, 'a', 1);
    expect([window.bytes, roomOf(window)]).toEqual([60, 9]);
  });

  it('refuses a number that does not rise', () => {
    const window = createSourceWindow('ticks');
    hold(window, task('a', 2));
    for (const number of [2, 1]) expect(() => hold(window, task('a', number))).toThrowError('rise');
    hold(window, task('b', 1));
  });

  it('is the tasks sent less the tasks settled, per key in their order, whatever comes', () => {
    const key = fc.constantFrom('a', 'b', 'c');
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ key, send: fc.integer({ min: 1, max: 5 }) }) },
      { weight: 1, arbitrary: fc.record({ key, settle: fc.nat(3000) }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 800, size: 'max' }), (steps) => {
        const window = createSourceWindow('ticks', 10_000);
        const model = new Map<string, number[]>();
        const last = new Map<string, number>();
        for (const one of steps) {
          const held = model.get(one.key) ?? [];
          if ('send' in one) {
            const number = (last.get(one.key) ?? 0) + one.send;
            last.set(one.key, number);
            hold(window, task(one.key, number));
            model.set(one.key, [...held, number]);
          } else {
            const open = held.filter((number) => number > one.settle);
            expect(settleUpTo(window, one.key, one.settle)).toBe(held.length - open.length);
            model.set(one.key, open);
          }
        }
        for (const [key, numbers] of model) {
          const kept = [...unsettled(window)].filter((one) => one.key === key);
          expect(kept.map(({ number }) => number)).toEqual(numbers);
          expect(isOutstanding(window, key)).toBe(numbers.length > 0);
        }
        expect(window.size).toBe([...model.values()].flat().length);
      }),
      { numRuns: 50 },
    );
  });
});

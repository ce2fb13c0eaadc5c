import { describe, expect, test } from 'vitest';
import type { Charge } from '../../../src/model/charge.ts';
import { pendingSource } from '../../../src/model/run.ts';
import { takeCharges } from '../../../src/subject/subject.ts';
import { Desk, failedNow, manager, said } from './desk.ts';

const charge = (number: number, attempts: number, part: Partial<Charge> = {}): Charge => ({
  ...{ source: 'ticks', number, attempts, redrives: 0 },
  history: Array.from({ length: attempts }, (_, index) => ({
    ...{ attempt: index + 1, time: 1000, worker: 'w1', code: 'action.failed', message: 'no' },
  })),
  ...part,
});

const failing = (charged: readonly Charge[] = []) => {
  const desk = new Desk({}, [], charged.length > 0 ? [['a', charged]] : []);
  desk.charged.set('a', charged);
  takeCharges(desk.state);
  desk.greet('w1');
  for (const number of [1, 2]) desk.arrive('a', number);
  return desk;
};

describe('an attempt that failed', () => {
  test('is told to the integration manager, with who failed, when and how', () => {
    const desk = failing();
    desk.report(desk.lease()[0]!, failedNow);
    expect(takeCharges(desk.state)).toEqual([{ key: 'a', charge: charge(1, 1) }]);
    expect(takeCharges(desk.state)).toEqual([]);
  });

  test('is told with all that failed before it: one word that is lost loses nothing', () => {
    const desk = failing();
    desk.report(desk.lease()[0]!, failedNow);
    takeCharges(desk.state);
    desk.passTime(500);
    desk.report(desk.lease()[0]!, failedNow);
    expect(takeCharges(desk.state)).toEqual([{ key: 'a', charge: charge(1, 2) }]);
  });

  test('by the death of its worker says how that ended', () => {
    const desk = failing();
    desk.lease();
    desk.lose('w1');
    const [told] = takeCharges(desk.state);
    expect(told?.charge.history).toEqual([
      {
        ...{ attempt: 1, time: 1000, worker: 'w1', code: 'worker.lost' },
        message: 'Its process ended: SIGKILL.',
      },
    ]);
  });

  test('is told again to a new integration manager', () => {
    const desk = failing();
    desk.report(desk.lease()[0]!, failedNow);
    takeCharges(desk.state);
    desk.lookUp('im2');
    expect(takeCharges(desk.state)).toEqual([{ key: 'a', charge: charge(1, 1) }]);
  });

  test('is forgotten when its task is settled', () => {
    const desk = failing();
    desk.report(desk.lease()[0]!, failedNow);
    desk.passTime(500);
    desk.settle(desk.lease()[0]!);
    expect(desk.state.charged.size).toBe(0);
    desk.lookUp('im2');
    expect(takeCharges(desk.state)).toEqual([]);
  });

  test('keeps the newest of many', () => {
    const desk = failing([charge(1, 10)]);
    desk.report(desk.lease()[0]!, failedNow);
    const [told] = takeCharges(desk.state);
    expect(told?.charge.attempts).toBe(11);
    expect(told?.charge.history.map(({ attempt }) => attempt)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });
});

describe('a new subject', () => {
  test('goes on counting from what the journal holds, and for that task only', () => {
    const desk = failing([charge(1, 3)]);
    const [lease] = desk.lease();
    // What failed before goes alone.
    expect(said(lease!)).toBe('w1 a 1');
    expect(lease!.tasks[0]!.attempt).toBe(3);
    desk.report(lease!, failedNow);
    expect(takeCharges(desk.state)).toMatchObject([{ charge: { number: 1, attempts: 4 } }]);
    desk.passTime(500);
    desk.settle(desk.lease()[0]!);
    expect(desk.lease()[0]!.tasks.map(({ number, attempt }) => [number, attempt])).toEqual([[2, 0]]);
  });

  test('tells rows from tasks of sources that have the same number', () => {
    const desk = failing([charge(1, 3, { source: pendingSource })]);
    desk.arrive('a', 1, { source: pendingSource });
    expect(desk.lease()[0]!.tasks.map(({ source, attempt }) => [source, attempt])).toEqual([
      ['ticks', 0],
      ['ticks', 0],
      [pendingSource, 3],
    ]);
  });

  test('counts what the one before had charged when it had already read the journal', () => {
    const desk = failing();
    const [lease] = desk.lease();
    desk.charged.set('a', [charge(1, 2)]);
    desk.report(lease!, failedNow);
    expect(takeCharges(desk.state)).toMatchObject([{ charge: { number: 1, attempts: 3 } }]);
  });

  test('charges a death to the task that the worker had from the one before', () => {
    const desk = new Desk();
    desk.greet('w1', 'w1.1', 8, [{ id: 'old.1', key: 'a', first: { source: 'ticks', number: 7 } }]);
    desk.arrive('a', 7);
    desk.lose('w1');
    expect(takeCharges(desk.state)).toMatchObject([{ key: 'a', charge: { number: 7, attempts: 1 } }]);
    desk.greet('w1', 'w1.2');
    expect(desk.lease()[0]!.tasks[0]).toMatchObject({ number: 7, attempt: 1 });
  });

  test('leases a task alone that has killed two workers before', () => {
    const history = [1, 2].map((attempt) => ({
      ...{ attempt, time: 1, worker: 'w1', code: 'worker.lost', message: '' },
    }));
    const desk = failing([charge(1, 2, { history })]);
    desk.arrive('b', 1);
    expect(desk.lease().map(said)).toEqual(['w1 a 1']);
  });

  test('tells it all to an integration manager that it had not known', () => {
    const desk = new Desk({}, [], [['a', [charge(1, 3)]]]);
    expect(desk.state.integrationManager).toBe(manager);
    expect(takeCharges(desk.state)).toEqual([{ key: 'a', charge: charge(1, 3) }]);
  });
});

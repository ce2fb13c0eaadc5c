import { expect, test } from 'vitest';
import { pendingSource } from '../../../src/model/run.ts';
import { pressureOf } from '../../../src/subject/pressure.ts';
import { passTime } from '../../../src/subject/subject.ts';
import { Desk } from './desk.ts';

test('a subject without tasks is under no pressure', () => {
  const desk = new Desk({}, ['w2']);
  desk.greet('w1');
  expect(pressureOf(desk.state)).toEqual({
    ...{ waiting: 0, outstanding: 0, busy: 0, slots: 8, rowsHeld: 0, awaited: ['w2'], inBackOff: 0 },
    ...{ fullestGroup: null, longestKey: null },
  });
});

test('it is said how many tasks wait, how many runs are busy of how many, and whose results are on their way', () => {
  const desk = new Desk();
  desk.greet('w1', 'w1.1', 2);
  for (const key of ['a', 'b', 'c', 'd']) desk.arrive(key, 1, { source: pendingSource });
  const [first] = desk.lease();
  expect(pressureOf(desk.state)).toMatchObject({
    waiting: 2,
    outstanding: 2,
    busy: 2,
    slots: 2,
    rowsHeld: 4,
  });
  desk.report(first!);
  expect(pressureOf(desk.state)).toMatchObject({ waiting: 2, outstanding: 2, busy: 1, slots: 2 });
});

test('of keys and groups the one is named where most tasks wait', () => {
  const desk = new Desk({ tasksPerRun: 1, runsPerGroup: 1 });
  desk.greet('w1');
  for (const number of [1, 2, 3]) desk.arrive('long', number);
  for (const number of [1, 2]) desk.arrive('short', number);
  for (const key of ['x', 'y', 'z']) desk.arrive(key, 1, { group: 'shop:443' });
  desk.arrive('v', 1, { group: 'other:443' });
  desk.lease();
  expect(pressureOf(desk.state)).toMatchObject({
    waiting: 5,
    longestKey: { name: 'long', tasks: 2 },
    fullestGroup: { name: 'shop:443', tasks: 2, runs: 1 },
  });
});

test('tasks are in back-off until their time has come', () => {
  const desk = new Desk();
  desk.greet('w1');
  desk.arrive('a', 1);
  desk.arrive('a', 2);
  const [run] = desk.lease();
  desk.report(run!, { done: 0, sentTo: '', failure: { code: 'io.failed', message: '', retryAfterMs: 500 } });
  expect(pressureOf(desk.state)).toMatchObject({ inBackOff: 2, outstanding: 0, busy: 0 });
  passTime(desk.state, 501);
  expect(pressureOf(desk.state).inBackOff).toBe(0);
});

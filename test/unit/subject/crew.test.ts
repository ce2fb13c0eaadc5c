import { describe, expect, test } from 'vitest';
import { pinnedTo } from '../../../src/model/pinning.ts';
import { followCrew, idleLeavers } from '../../../src/subject/subject.ts';
import { Desk, said } from './desk.ts';

const peer = (name: string, isLeaving = false) => ({
  name,
  incarnation: `${name}.1`,
  ...(isLeaving && { isLeaving: true as const }),
});

describe('a worker that leaves', () => {
  test('is given nothing more, also of a key that it had last', () => {
    const desk = new Desk();
    desk.greet('w1');
    desk.greet('w2');
    desk.arrive('a', 1);
    desk.arrive('a', 2);
    const [first] = desk.lease();
    expect(first!.worker).toBe('w1');
    desk.arrive('a', 3);
    followCrew(desk.state, { workers: [peer('w1', true), peer('w2')], roster: ['w1', 'w2'] });
    desk.settle(first!);
    expect(desk.lease().map(said)).toEqual(['w2 a 3']);
  });

  test("is given nothing of the product's own either", () => {
    const desk = new Desk();
    desk.greet('w1');
    desk.greet('w2');
    followCrew(desk.state, { workers: [peer('w1', true), peer('w2')], roster: ['w1', 'w2'] });
    for (const key of ['a', 'b']) desk.arrive(key, 1, { isOwn: true });
    expect(desk.lease().map(({ worker }) => worker)).toEqual(['w2', 'w2']);
  });

  test('is idle when its last result is committed, not when it is reported', () => {
    const desk = new Desk();
    desk.greet('w1');
    desk.arrive('a', 1);
    const [lease] = desk.lease();
    const workers = [peer('w1', true)];
    followCrew(desk.state, { workers, roster: ['w1'] });
    expect(idleLeavers(desk.state, workers)).toEqual([]);
    desk.report(lease!);
    expect(idleLeavers(desk.state, workers)).toEqual([]);
    desk.ring(desk.commit(lease!));
    expect(idleLeavers(desk.state, workers)).toEqual(['w1.1']);
  });

  test('is not idle before it has said what it works on for an earlier subject', () => {
    const desk = new Desk({}, ['w1']);
    const workers = [peer('w1', true)];
    followCrew(desk.state, { workers, roster: ['w1'] });
    expect(idleLeavers(desk.state, workers)).toEqual([]);
    desk.greet('w1');
    expect(idleLeavers(desk.state, workers)).toEqual(['w1.1']);
  });

  test('hands its unfinished runs to others, and nobody is charged for it', () => {
    const desk = new Desk();
    desk.greet('w1');
    desk.arrive('a', 1);
    desk.lease();
    desk.greet('w2');
    desk.lose('w1', 'w1.1', true);
    const [again] = desk.lease();
    expect(said(again!)).toBe('w2 a 1');
    expect(again!.tasks[0]!.attempt).toBe(0);
    expect(desk.state.charged.size).toBe(0);
  });

  test('is waited for by nobody when it was taken away before it said hello', () => {
    const desk = new Desk({}, ['w1', 'w2']);
    desk.greet('w1');
    desk.arrive('a', 1);
    expect(desk.lease()).toEqual([]);
    followCrew(desk.state, { workers: [peer('w1')], roster: ['w1'] });
    expect(desk.lease().map(said)).toEqual(['w1 a 1']);
  });
});

describe('a task of one worker', () => {
  test('waits for a worker that comes back', () => {
    const desk = new Desk();
    desk.greet('w1');
    desk.arrive('a', 1, { group: pinnedTo('w2') });
    followCrew(desk.state, { workers: [peer('w1')], roster: ['w1', 'w2'] });
    expect(desk.lease()).toEqual([]);
    desk.greet('w2');
    expect(desk.lease().map(said)).toEqual(['w2 a 1']);
  });

  test('goes to anybody when that worker has left for good', () => {
    const desk = new Desk();
    desk.greet('w1');
    desk.arrive('a', 1, { group: pinnedTo('w2') });
    expect(desk.lease()).toEqual([]);
    followCrew(desk.state, { workers: [peer('w1')], roster: ['w1'] });
    expect(desk.lease().map(said)).toEqual(['w1 a 1']);
  });
});

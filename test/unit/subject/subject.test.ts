import { describe, expect, test } from 'vitest';
import { pendingSource } from '../../../src/model/run.ts';
import type { Lease } from '../../../src/subject/lease.ts';
import * as subject from '../../../src/subject/subject.ts';
import { Desk, failedNow, said } from './desk.ts';

describe('runs', () => {
  test('a key has one run at a time, however many workers are free', () => {
    const desk = new Desk();
    desk.greet('w1');
    desk.greet('w2');
    for (const number of [1, 2]) desk.arrive('a', number);
    const [first] = desk.lease();
    expect(said(first!)).toBe('w1 a 1 2');
    desk.arrive('a', 3);
    desk.arrive('b', 1);
    expect(desk.lease().map(said)).toEqual(['w2 b 1']);
    desk.settle(first!);
    expect(desk.lease().map(said)).toEqual(['w1 a 3']);
  });

  test('go to the worker that had the key last, else to the one with the least to do', () => {
    const desk = new Desk();
    desk.greet('w1');
    desk.greet('w2');
    desk.arrive('a', 1);
    desk.arrive('b', 1);
    const [a, b] = desk.lease();
    expect([a, b].map((lease) => lease!.worker)).toEqual(['w1', 'w2']);
    desk.settle(b!);
    // A key that nobody asks about any more is forgotten, and with it who had it.
    desk.arrive('c', 1);
    expect(desk.lease().map(said)).toEqual(['w2 c 1']);
    desk.arrive('a', 2);
    desk.settle(a!);
    expect(desk.lease().map(said)).toEqual(['w1 a 2']);
  });

  test('hold as many tasks as allowed, in order, and the rest comes next', () => {
    const desk = new Desk({ tasksPerRun: 2 });
    desk.greet('w1');
    for (const number of [1, 2, 3]) desk.arrive('a', number);
    const [first] = desk.lease();
    expect(said(first!)).toBe('w1 a 1 2');
    desk.settle(first!);
    expect(desk.lease().map(said)).toEqual(['w1 a 3']);
  });

  test('are no more per worker than its credit', () => {
    const desk = new Desk();
    desk.greet('w1', 'w1.1', 2);
    for (const key of ['a', 'b', 'c']) desk.arrive(key, 1);
    const [first] = desk.lease();
    expect(desk.lease()).toEqual([]);
    desk.report(first!);
    // The worker is free again when it has reported; the key is not, before its receipt.
    expect(desk.lease().map(said)).toEqual(['w1 c 1']);
  });

  test('of one group are no more than allowed over all workers, first come first served', () => {
    const desk = new Desk({ runsPerGroup: 2 });
    desk.greet('w1');
    desk.greet('w2');
    for (const key of ['a', 'b', 'c', 'd']) desk.arrive(key, 1, { group: 'host' });
    desk.arrive('e', 1);
    const [a, b, e] = desk.lease();
    expect([a, b, e].map((lease) => lease!.key)).toEqual(['a', 'b', 'e']);
    desk.report(a!);
    expect(desk.lease()).toEqual([]);
    desk.ring(desk.commit(a!));
    expect(desk.lease().map(({ key }) => key)).toEqual(['c']);
    desk.settle(b!);
    expect(desk.lease().map(({ key }) => key)).toEqual(['d']);
  });

  test('hold tasks of one group only', () => {
    const desk = new Desk({ runsPerGroup: 1 });
    desk.greet('w1');
    desk.arrive('a', 1, { group: 'old' });
    desk.arrive('a', 2, { group: 'new' });
    desk.arrive('b', 1, { group: 'new' });
    const [a, b] = desk.lease();
    expect([a, b].map((lease) => said(lease!))).toEqual(['w1 a 1', 'w1 b 1']);
    desk.settle(a!);
    expect(desk.lease()).toEqual([]);
    desk.settle(b!);
    expect(desk.lease().map(said)).toEqual(['w1 a 2']);
  });
});

describe('the product’s own runs', () => {
  const busy = (credit: number, ...keys: readonly string[]) => {
    const desk = new Desk({ ownRunsPerWorker: 2 });
    desk.greet('w1', 'w1.1', credit);
    for (const key of keys) desk.arrive(key, 1);
    return { desk, leases: desk.lease() };
  };

  test('have room of their own though all runs are busy and others wait, and no more than that', () => {
    const { desk } = busy(1, 'a', 'b');
    for (const key of ['x', 'y', 'z']) desk.arrive(key, 1, { isOwn: true });
    const [x, y, ...others] = desk.lease();
    expect([x, y].map((lease) => said(lease!))).toEqual(['w1 x 1', 'w1 y 1']);
    expect(others).toEqual([]);
    desk.settle(x!);
    expect(desk.lease().map(said)).toEqual(['w1 z 1']);
  });

  test('take no room from the others, however many there are', () => {
    const { desk } = busy(1);
    for (const key of ['x', 'y', 'z']) desk.arrive(key, 1, { isOwn: true });
    desk.arrive('a', 1);
    expect(desk.lease().map(said)).toEqual(['w1 a 1', 'w1 x 1', 'w1 y 1']);
  });

  test('hold no tasks of others, and keep the order of their key', () => {
    const { desk } = busy(8);
    desk.arrive('a', 1, { isOwn: true });
    desk.arrive('a', 2);
    desk.arrive('a', 3, { isOwn: true });
    for (const expected of ['w1 a 1', 'w1 a 2', 'w1 a 3']) {
      const [lease] = desk.lease();
      expect(said(lease!)).toBe(expected);
      desk.settle(lease!);
    }
  });

  test('are no company: a run that dies with them is charged, and they are not', () => {
    const { desk } = busy(1, 'a');
    desk.arrive('x', 1, { isOwn: true });
    expect(desk.lease().map(said)).toEqual(['w1 x 1']);
    desk.lose('w1');
    expect(subject.takeCharges(desk.state).map(({ key }) => key)).toEqual(['a']);
  });

  test('go alone, as any other, when they were there at two deaths', () => {
    const { desk } = busy(2, 'a');
    desk.arrive('x', 1, { isOwn: true });
    for (const life of [1, 2]) {
      desk.lease();
      desk.lose('w1', `w1.${life}`);
      desk.greet('w1', `w1.${life + 1}`, 2);
    }
    const [first, ...others] = desk.lease();
    expect([said(first!), others]).toEqual(['w1 a 1', []]);
    desk.settle(first!);
    expect(desk.lease().map(said)).toEqual(['w1 x 1']);
  });
});

describe('what is known already', () => {
  test('is taken once: replays of a source and rows that are read twice are dropped', () => {
    const desk = new Desk();
    desk.arrive('a', 1);
    desk.arrive('a', 2);
    desk.arrive('a', 1);
    desk.arrive('a', 7, { source: pendingSource });
    desk.arrive('a', 7, { source: pendingSource });
    desk.arrive('a', 1, { source: 'other' });
    expect(desk.state.counts).toMatchObject({ taken: 4, duplicate: 2 });
    desk.greet('w1');
    const [lease] = desk.lease();
    expect(said(lease!)).toBe('w1 a 1 2 7 1');
    desk.arrive('a', 2);
    desk.settle(lease!);
    expect(desk.lease()).toEqual([]);
  });

  test('leaves nothing behind when it is settled', () => {
    const desk = new Desk();
    desk.greet('w1');
    for (const key of ['a', 'b', 'c']) {
      desk.arrive(key, 1, { group: key });
      desk.arrive(key, 2, { source: pendingSource, group: key });
    }
    for (const lease of desk.lease()) desk.settle(lease);
    desk.lease();
    const { lanes, groups, ready, blocked, waiting, rowsHeld } = desk.state;
    expect([lanes.size, groups.size, ready.lanes.length, blocked.size, waiting, rowsHeld]).toEqual([
      0, 0, 0, 0, 0, 0,
    ]);
    expect(subject.outstanding(desk.state)).toBe(0);
  });
});

describe('a run ends by word', () => {
  const begun = (...numbers: number[]) => {
    const desk = new Desk();
    desk.greet('w1');
    for (const number of numbers) desk.arrive('a', number);
    return { desk, lease: desk.lease()[0]! };
  };

  test('not by time', () => {
    const { desk } = begun(1);
    desk.arrive('a', 2);
    desk.passTime(1e9);
    desk.lookUp();
    expect(desk.lease()).toEqual([]);
  });

  test('not by a receipt alone: the worker may hand something back', () => {
    const { desk, lease } = begun(1, 2);
    desk.ring(desk.commit(lease, 1));
    expect(desk.lease()).toEqual([]);
    desk.report(lease, { ...failedNow, done: 1, sentTo: 'im1' });
    desk.passTime(500);
    expect(desk.lease().map(said)).toEqual(['w1 a 2']);
  });

  test('not by a report alone: the result is on its way', () => {
    const { desk, lease } = begun(1);
    desk.arrive('a', 2);
    desk.report(lease);
    desk.lookUp();
    expect(desk.lease()).toEqual([]);
    desk.ring(desk.commit(lease));
    expect(desk.lease().map(said)).toEqual(['w1 a 2']);
  });

  test('by a receipt whose bell was lost, at the next look', () => {
    const { desk, lease } = begun(1);
    desk.arrive('a', 2);
    desk.report(lease);
    desk.commit(lease);
    desk.lookUp();
    expect(desk.lease().map(said)).toEqual(['w1 a 2']);
  });

  test('by a receipt that names it among others: a late result of another run came after it', () => {
    const { desk, lease } = begun(1);
    desk.arrive('a', 2);
    desk.commit(lease);
    desk.commit({ ...lease, run: 'old.1', tasks: [] });
    desk.report(lease);
    expect(desk.lease().map(said)).toEqual(['w1 a 2']);
  });

  test('by the end of the integration manager that the result was sent to', () => {
    const { desk, lease } = begun(1, 2);
    desk.report(lease);
    desk.lookUp('im2');
    expect(desk.lease().map(said)).toEqual(['w1 a 1 2']);
  });

  test('by a report that the result was sent to one that is gone already', () => {
    const { desk, lease } = begun(1, 2);
    desk.report(lease, { sentTo: 'im0' });
    expect(desk.lease().map(said)).toEqual(['w1 a 1 2']);
  });

  test('by the word that its worker is gone: what is settled is dropped, the rest goes to another', () => {
    const { desk, lease } = begun(1, 2, 3);
    desk.greet('w2');
    desk.commit(lease, 2);
    desk.lose('w1');
    expect(desk.lease().map(said)).toEqual(['w2 a 3']);
  });

  test('by the word that its worker is gone, though it was reported: its result may have died in the socket', () => {
    const { desk, lease } = begun(1);
    desk.greet('w2');
    desk.report(lease);
    desk.lose('w1');
    expect(desk.lease().map(said)).toEqual(['w2 a 1']);
  });

  test('by a hello of its worker in another life', () => {
    const { desk } = begun(1);
    desk.greet('w1', 'w1.2');
    expect(desk.lease().map(said)).toEqual(['w1 a 1']);
  });

  test('and never by the word of somebody else', () => {
    const { desk, lease } = begun(1);
    desk.greet('w2');
    desk.report({ ...lease, worker: 'w2' });
    desk.report({ ...lease, run: 's.99' });
    desk.ring({ ...desk.commit(lease, 0), run: 's.99' });
    desk.lose('w1', 'w1.0');
    desk.lookUp();
    expect(subject.outstanding(desk.state)).toBe(1);
    expect(desk.lease()).toEqual([]);
  });
});

describe('a run that is handed back', () => {
  test('keeps its key for the delay, and only its key', () => {
    const desk = new Desk();
    desk.greet('w1');
    desk.arrive('a', 1);
    desk.arrive('a', 2);
    desk.report(desk.lease()[0]!, failedNow);
    desk.arrive('a', 3);
    desk.arrive('b', 1);
    expect(desk.lease().map(said)).toEqual(['w1 b 1']);
    desk.passTime(499);
    expect(desk.lease()).toEqual([]);
    desk.passTime(500);
    const [again] = desk.lease();
    // What failed once goes alone, so that what it does next is charged to it.
    expect(said(again!)).toBe('w1 a 1');
    expect(again!.tasks[0]!.attempt).toBe(1);
    desk.settle(again!);
    expect(desk.lease().map(said)).toEqual(['w1 a 2 3']);
  });

  test('charges the task that failed, not the ones before or behind it', () => {
    const desk = new Desk();
    desk.greet('w1');
    for (const number of [1, 2, 3]) desk.arrive('a', number);
    const [lease] = desk.lease();
    desk.commit(lease!, 1);
    desk.report(lease!, { ...failedNow, done: 1, sentTo: 'im1' });
    expect(lease!.tasks.map(({ attempt }) => attempt)).toEqual([0, 1, 0]);
  });

  test('without a fault is leased again at once, and nothing is charged', () => {
    const desk = new Desk();
    desk.greet('w1');
    for (const number of [1, 2, 3]) desk.arrive('a', number);
    const [lease] = desk.lease();
    desk.commit(lease!, 1);
    desk.report(lease!, { done: 1 });
    const [rest] = desk.lease();
    expect(said(rest!)).toBe('w1 a 2 3');
    expect(rest!.tasks.map(({ attempt }) => attempt)).toEqual([0, 0]);
  });
});

describe('a worker that dies', () => {
  test('charges an attempt only to a run that was alone in it', () => {
    const desk = new Desk();
    desk.greet('w1');
    desk.arrive('a', 1);
    desk.arrive('b', 1);
    const together = desk.lease();
    desk.lose('w1');
    expect(together.map(({ tasks }) => tasks[0]!.attempt)).toEqual([0, 0]);
    desk.greet('w1', 'w1.2', 1);
    const [alone] = desk.lease();
    desk.lose('w1', 'w1.2');
    expect(alone!.tasks[0]!.attempt).toBe(1);
  });

  test('twice with the same key in it: the key is leased alone from then on', () => {
    const desk = new Desk();
    desk.arrive('a', 1);
    desk.arrive('b', 1);
    for (const life of [1, 2]) {
      desk.greet('w1', `w1.${life}`);
      expect(desk.lease()).toHaveLength(2);
      desk.lose('w1', `w1.${life}`);
    }
    desk.arrive('c', 1);
    desk.greet('w1', 'w1.3');
    const [a, ...others] = desk.lease();
    expect(said(a!)).toBe('w1 a 1');
    expect(others).toEqual([]);
    desk.settle(a!);
    const [b] = desk.lease();
    expect(said(b!)).toBe('w1 b 1');
    desk.settle(b!);
    expect(desk.lease().map(said)).toEqual(['w1 c 1']);
  });

  test('holds up nobody else while a key must wait for an idle worker', () => {
    const desk = new Desk();
    desk.arrive('a', 1);
    for (const life of [1, 2]) {
      desk.greet('w1', `w1.${life}`);
      desk.lease();
      desk.lose('w1', `w1.${life}`);
    }
    desk.greet('w2');
    desk.arrive('b', 1);
    const lone = desk.lease();
    expect(lone.map(said)).toEqual(['w2 a 1']);
    desk.greet('w1', 'w1.3');
    expect(desk.lease().map(said)).toEqual(['w1 b 1']);
  });

  test('twice with a key in it does not keep that key waiting for ever, however busy the workers are', () => {
    const desk = new Desk();
    desk.arrive('a', 1);
    for (const life of [1, 2]) {
      for (const key of ['b', 'c', 'd', 'e']) if (life === 2) desk.arrive(key, 1);
      desk.greet('w1', `w1.${life}`, 1);
      expect(desk.lease().map(({ key }) => key)).toEqual(['a']);
      desk.lose('w1', `w1.${life}`);
    }
    for (const worker of ['w1', 'w2']) desk.greet(worker, `${worker}.3`, 2);
    const out: Lease[] = [];
    const keys: string[] = [];
    // Runs of the others overlap all the time: no worker would ever be idle by itself.
    for (let number = 2; number <= 20; number++) {
      for (const lease of desk.lease()) {
        out.push(lease);
        keys.push(lease.key);
      }
      desk.settle(out.shift()!);
      for (const key of ['b', 'c', 'd', 'e']) desk.arrive(key, number);
    }
    expect(keys.slice(0, 10)).toContain('a');
    expect(keys.filter((key) => key !== 'a').length).toBeGreaterThan(15);
  });

  test('is forgiven when a run of the key was settled', () => {
    const desk = new Desk();
    for (const number of [1, 2]) desk.arrive('a', number);
    for (const life of [1, 2]) {
      desk.greet('w1', `w1.${life}`);
      desk.lease();
      desk.lose('w1', `w1.${life}`);
    }
    desk.greet('w1', 'w1.3');
    const [alone] = desk.lease();
    expect(said(alone!)).toBe('w1 a 1');
    desk.settle(alone!);
    desk.arrive('b', 1);
    expect(desk.lease().map(said)).toEqual(['w1 a 2', 'w1 b 1']);
  });

  test('says nothing more: a hello that it left in a socket counts for nothing', () => {
    const desk = new Desk();
    desk.lose('w1', 'w1.1');
    desk.greet('w1', 'w1.1');
    desk.arrive('a', 1);
    expect(desk.lease()).toEqual([]);
  });
});

describe('a new life of the subject', () => {
  test('leases nothing before every worker that may still work has said hello or is gone', () => {
    const desk = new Desk({}, ['w1', 'w2']);
    desk.arrive('a', 1);
    desk.greet('w1');
    expect(desk.lease()).toEqual([]);
    desk.lose('w2');
    expect(desk.lease().map(said)).toEqual(['w1 a 1']);
  });

  test('leaves a key alone while a worker works on it for the life before', () => {
    const desk = new Desk({}, ['w1']);
    desk.arrive('a', 1);
    desk.arrive('a', 2);
    desk.arrive('b', 1);
    desk.greet('w1', 'w1.1', 8, [{ id: 'old.7', key: 'a' }]);
    const [b] = desk.lease();
    expect(said(b!)).toBe('w1 b 1');
    const foreign = { ...b!, run: 'old.7', key: 'a', tasks: [{ ...b!.tasks[0]!, number: 1 }] };
    desk.report(foreign);
    expect(desk.lease()).toEqual([]);
    desk.ring(desk.commit(foreign));
    expect(desk.lease().map(said)).toEqual(['w1 a 2']);
  });

  test('gives the key to another when that worker dies', () => {
    const desk = new Desk({}, ['w1', 'w2']);
    desk.arrive('a', 1);
    desk.greet('w1', 'w1.1', 8, [{ id: 'old.7', key: 'a' }]);
    desk.greet('w2');
    expect(desk.lease()).toEqual([]);
    desk.lose('w1');
    expect(desk.lease().map(said)).toEqual(['w2 a 1']);
  });
});

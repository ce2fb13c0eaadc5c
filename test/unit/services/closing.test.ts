import { describe, expect, it } from 'vitest';
import type { StopNotice } from '../../../src/model/node-life.ts';
import { tellStop } from '../../../src/services/closing.ts';
import type { NumberedTask } from '../../../src/services/source.ts';
import { aTarget } from '../model/arbitraries.ts';

const targets = ['a', 'b', 'c'].map((domain) => aTarget({ name: `http:${domain}`, domain }));
const tasking = { revision: '3f9c1e', hash: '3f9c1e'.padEnd(64, '0'), serial: 4, targets };

describe('the last act of the services', () => {
  it('tells of every target under its own key, with a number that rises and what was skipped', async () => {
    const house = createHouse(10);
    house.settleAll();
    await house.tell();
    expect(house.sent.map(({ flow, key, number }) => ({ flow, key, number }))).toEqual([
      { flow: 'StopTarget', key: 'anna.event.http.a', number: 1000 },
      { flow: 'StopTarget', key: 'anna.event.http.b', number: 5001 },
      { flow: 'StopTarget', key: 'anna.event.http.c', number: 1000 },
    ]);
    const notices = house.sent.map(({ body }) => JSON.parse(body.toString()) as StopNotice);
    expect(notices.map(({ time, serial, skipped }) => [time, serial, skipped])).toEqual([
      [1000, 4, 0],
      [1000, 4, 0],
      [1000, 4, 2],
    ]);
  });

  it('waits for room, for the receipts, and for what they led to', async () => {
    const house = createHouse(2);
    let isOver = false;
    const told = house.tell().then(() => {
      isOver = true;
    });
    await until(() => house.sent.length === 2);
    house.settleAll();
    await until(() => house.sent.length === 3);
    expect(isOver).toBe(false);
    house.pending = 8;
    house.settleAll();
    await until(() => house.askedPending > 3);
    expect(isOver).toBe(false);
    house.pending = 7;
    await told;
  });

  it('gives up when its time is over', async () => {
    const house = createHouse(2);
    const told = house.tell();
    await until(() => house.sent.length === 2);
    house.abort.abort();
    await told;
    expect(house.sent).toHaveLength(2);
  });
});

function createHouse(limit: number) {
  const house = {
    sent: [] as NumberedTask[],
    pending: 7,
    askedPending: 0,
    abort: new AbortController(),
    settled: 0,
    settleAll() {
      house.settled = Number.POSITIVE_INFINITY;
      if (house.sent.length > 0) house.settled = house.sent.length;
    },
    tell: () =>
      tellStop({
        source: {
          hasRoom: () => house.sent.length - Math.min(house.settled, house.sent.length) < limit,
          send: (task) => void house.sent.push(task),
          size: () => house.sent.length - Math.min(house.settled, house.sent.length),
        },
        node: 'anna',
        tasking,
        skipped: (key) => (key.endsWith('.c') ? 2 : 0),
        markOf: (key) => (key.endsWith('.b') ? 5000 : undefined),
        pending() {
          house.askedPending++;
          return house.pending;
        },
        now: 1000,
        signal: house.abort.signal,
      }),
  };
  return house;
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1));
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AttestedEvent } from '../../../src/model/event.ts';
import {
  countBeforeEnd,
  endOfLife,
  enterLife,
  isOfAnotherLife,
  type StopNotice,
  stop,
} from '../../../src/model/node-life.ts';
import { retire } from '../../../src/model/target-notice.ts';
import { reconcile, type TargetState } from '../../../src/model/target-state.ts';
import { countPassed, countTick, noCoverage, passedOnGrid } from '../../../src/model/tick-coverage.ts';
import { aTarget, aTick, seen } from './arbitraries.ts';

const everyMs = 1000;
const target = aTarget({ everyMs, attestMs: 60_000 });
const { policy } = aTick();

describe('a stop in order', () => {
  it('closes the period at the stop, with what was due until then', () => {
    const house = createHouse(0);
    for (const due of [1000, 2000]) house.look(due);
    house.stop(6500, 1);
    // The tick of 6000 is whose who looks next.
    const counts = { due: 5, made: 2, missed: 2, skipped: 1, longestGapMs: 4500, reason: 'stop' };
    expect(house.told).toMatchObject([{ policy, data: { ...span(1000, 6500), ...counts } }]);
    expect(house.row()).toMatchObject({ period: null, stoppedAt: 6500, due: 5, attested: { due: 5 } });
  });

  it('ends with the look that was under way', () => {
    const house = createHouse(0);
    house.look(1000, 1800);
    house.stop(1200);
    expect(house.told).toMatchObject([{ data: span(1800, 1800) }]);
  });

  it('says nothing twice, nothing of who is retired, and nothing of who was never looked at', () => {
    const notice = stopNotice(9000);
    const none = { count: 0, lastDue: null };
    expect(stop(undefined, notice, none)).toMatchObject({ event: undefined, reason: 'never observed' });
    const house = createHouse(0);
    house.look(1000);
    house.stop(2000);
    expect(stop(house.row(), notice, none)).toMatchObject({ event: undefined, reason: 'stopped already' });
    const { state } = retire(house.row(), { target, policy, serial: 2, time: 3000 });
    expect(stop(state, notice, none)).toMatchObject({ event: undefined, reason: 'retired' });
  });
});

describe('a new life of the node', () => {
  it('tells the time since the stop as one that nobody ran, and misses nothing of its own', () => {
    const house = createHouse(0);
    house.look(1000);
    house.stop(1500);
    house.start(9500);
    house.look(9000, 9700);
    expect(house.told.slice(1)).toMatchObject([
      { data: { ...span(1500, 9500), due: 7, made: 0, missed: 7, longestGapMs: 8000, reason: 'start' } },
    ]);
    expect(house.row()).toMatchObject({
      period: { from: 9500, due: 1, made: 1, missed: 0, longestGapMs: 200 },
      attested: { periods: 2, missedAway: 7, longestGapMs: 500 },
      stoppedAt: null,
    });
  });

  it('closes what a crash has left open with the last look that is known', () => {
    const house = createHouse(0);
    for (const due of [1000, 2000]) house.look(due);
    house.start(6500);
    house.look(6000, 6600);
    expect(house.told).toMatchObject([
      { data: { ...span(1000, 2000), due: 2, made: 2, missed: 0, longestGapMs: 1000, reason: 'crash' } },
      { data: { ...span(2000, 6500), due: 3, made: 0, missed: 3, reason: 'start' } },
    ]);
  });

  it('leaves to the life before what passed before its last look, when somebody asked for that', () => {
    const house = createHouse(0);
    house.look(1000);
    house.look(null, 4500);
    house.start(8500);
    house.look(8000, 8600);
    expect(house.told).toMatchObject([
      { data: { ...span(1000, 4500), due: 3, made: 1, missed: 2, reason: 'crash' } },
      { data: { ...span(4500, 8500), due: 4, made: 0, missed: 4, reason: 'start' } },
    ]);
  });

  it('begins before its first look: what it was late for is its own', () => {
    const house = createHouse(0);
    house.look(1000);
    house.stop(1500);
    house.start(4500);
    house.look(8000);
    expect(house.told.at(-1)).toMatchObject({ data: { missed: 2, ...span(1500, 4500) } });
    expect(house.row().period).toMatchObject({ from: 4500, due: 5, made: 1, missed: 4, longestGapMs: 3500 });
  });

  it('is entered by a look that somebody asked for, and the late tick is counted once', () => {
    const asked = createHouse(0);
    asked.look(1000);
    asked.start(4500);
    asked.look(null, 4600);
    expect(asked.told.map(({ data }) => data.reason)).toEqual(['crash', 'start']);
    asked.look(4000, 4700);
    expect(asked.row()).toMatchObject({ due: 4, made: 2, missed: 2, asked: 1 });
  });

  it('is not entered anew by a process that is restarted in it, nor by a retired target', () => {
    const house = createHouse(7);
    house.look(1000);
    expect(isOfAnotherLife(house.row(), 7)).toBe(false);
    expect(isOfAnotherLife(house.row(), 8)).toBe(true);
    const { state } = retire(house.row(), { target, policy, serial: 2, time: 3000 });
    expect(isOfAnotherLife(state as TargetState, 8)).toBe(false);
  });

  it('ends no time before it began when the clock was set back', () => {
    const house = createHouse(0);
    house.look(90_000);
    house.start(1000);
    house.look(2000);
    expect(house.told.slice(0, 2).map(({ data }) => [data.from, data.to])).toEqual([
      [iso(90_000), iso(90_000)],
      [iso(90_000), iso(90_000)],
    ]);
  });

  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('look' as const), ticks: fc.nat(4) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('ask' as const), ticks: fc.nat(2) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('stop' as const), ticks: fc.nat(4) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash' as const), ticks: fc.nat(4) }) },
  );

  it('leaves periods that tile the time and add up to what was due, after any stops and crashes', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
        const house = createHouse(500);
        let [now, lastDue, plain] = [1000, 1000, countTick(noCoverage, { due: 1000, skipped: 0, target })];
        house.look(1000);
        for (const { kind, ticks } of steps) {
          now += ticks * everyMs + 100;
          const due = Math.floor(now / everyMs) * everyMs;
          if (kind === 'ask') house.look(null, now);
          if (kind === 'look' && due > lastDue) {
            house.look(due, now);
            plain = countTick(plain, { due, skipped: 0, target });
            lastDue = due;
          }
          if (kind === 'stop') house.stop(now);
          if (kind === 'stop' || kind === 'crash') {
            now += 700;
            house.start(now);
          }
        }
        now += 10 * everyMs;
        const due = Math.floor(now / everyMs) * everyMs;
        house.look(due, now);
        plain = countTick(plain, { due, skipped: 0, target });
        const row = house.row();
        for (const name of ['due', 'made', 'missed', 'skipped'] as const) {
          // Lives of the node only say where what was due lies.
          expect(row[name]).toBe(plain[name]);
          const told = house.told.reduce((sum, { data }) => sum + data[name], 0);
          expect(row.attested[name]).toBe(told);
          expect(told + (row.period?.[name] ?? 0)).toBe(row[name]);
        }
        const froms = [...house.told.map(({ data }) => data.from), iso(row.period?.from ?? 0)];
        expect(house.told.map(({ data }) => data.to)).toEqual(froms.slice(1));
        for (const { data } of house.told) {
          expect(data.due).toBe(data.made + data.missed + data.skipped);
          if (data.reason === 'start') expect(data.made).toBe(0);
          const lengthMs = Date.parse(data.to) - Date.parse(data.from);
          expect(data.longestGapMs).toBeLessThanOrEqual(lengthMs);
          // No more can have been due than the time holds; one may have been late.
          expect(data.due).toBeLessThanOrEqual(lengthMs / everyMs + 2);
        }
      }),
    );
  });
});

describe('what passed without a look', () => {
  it('leaves the latest due time to whoever looks next', () => {
    const before = countTick(noCoverage, { due: 1000, skipped: 0, target });
    const passed = (untilMs: number) => passedOnGrid(before, untilMs);
    expect([500, 1000, 2999, 3000, 5999].map((until) => passed(until).count)).toEqual([0, 0, 0, 1, 3]);
    expect(countPassed(before, passed(5999), 2)).toMatchObject({
      lastDue: 4000,
      due: 4,
      made: 1,
      missed: 1,
      skipped: 2,
    });
    expect(passedOnGrid(noCoverage, 5000)).toEqual({ count: 0, lastDue: null });
  });
});

/** A node on one target, over several lives. */
function createHouse(startedAt: number) {
  let life = startedAt;
  let state: TargetState | undefined;
  const told: AttestedEvent[] = [];
  const enter = () => {
    if (!state || !isOfAnotherLife(state, life)) return;
    const before = countBeforeEnd(state, passedOnGrid(state, endOfLife(state)));
    const entered = enterLife(before, { startedAt: life, target, policy }, passedOnGrid(before, life));
    told.push(...entered.attested);
    state = entered.state;
  };
  return {
    told,
    row: () => state as TargetState,
    start(time: number) {
      life = time;
    },
    look(due: number | null, time = due ?? 0) {
      enter();
      const step = reconcile(state, { tick: aTick({ target, due }), observation: seen({}, time) }, { life });
      if (step.attested) told.push(step.attested);
      state = step.state;
    },
    stop(time: number, skipped = 0) {
      enter();
      if (!state) return;
      const step = stop(state, stopNotice(time, skipped), passedOnGrid(state, time));
      if (step.event) told.push(step.event);
      state = step.state;
    },
  };
}

function stopNotice(time: number, skipped = 0): StopNotice {
  return { target, policy, serial: 1, time, skipped };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}

function span(from: number, to: number) {
  return { from: iso(from), to: iso(to) };
}

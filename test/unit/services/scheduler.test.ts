import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Target } from '../../../src/model/policy.ts';
import type { Tasking } from '../../../src/model/tasking.ts';
import type { Tick } from '../../../src/model/tick.ts';
import { countTick, noCoverage } from '../../../src/model/tick-coverage.ts';
import {
  createSchedule,
  nextDueAt,
  type Schedule,
  type ScheduledTick,
  setTasking,
  takeDue,
} from '../../../src/services/scheduler.ts';
import { aTarget } from '../model/arbitraries.ts';

const start = 1_700_000_000_123;
const nobody = () => false;
const noMark = () => undefined;

describe('a schedule', () => {
  it('has a new target observed at once, and then by its interval', () => {
    const schedule = scheduleOf(start, aTarget({ everyMs: 6 * 3_600_000 }));
    const [tick] = takeDue(schedule, start, nobody);
    expect(tick).toMatchObject({ key: 'anna.event.http.shop', group: 'shop.example:80' });
    expect(nextDueAt(schedule)).toBe(tick!.number + 6 * 3_600_000);
    expect(takeDue(schedule, start, nobody)).toEqual([]);
  });

  it('sends a tick with its tasking, so that nothing has to be looked up', () => {
    const target = aTarget({ labels: { a: 'ü' }, timeoutMs: 500 });
    const [tick] = takeDue(scheduleOf(start, target), start, nobody);
    expect(JSON.parse(tick!.body.toString())).toEqual({
      target: JSON.parse(JSON.stringify(target)),
      policy: { revision: 'r1', hash: 'h1' },
      serial: 1,
      due: tick!.number,
      skipped: 0,
    });
    expect(tick!.deadline).toBeGreaterThan(start + target.timeoutMs);
  });

  it('keeps the place of a target that a new set leaves alone, and sends it under the new set', () => {
    const schedule = scheduleOf(start, aTarget());
    takeDue(schedule, start, nobody);
    const next = nextDueAt(schedule)!;
    setTasking(schedule, tasking([aTarget()], 'r2'), noMark, start);
    expect(nextDueAt(schedule)).toBe(next);
    expect(bodyOf(takeDue(schedule, next, nobody)[0]!).policy.revision).toBe('r2');
  });

  it('forgets a target that left the set', () => {
    const schedule = scheduleOf(start, aTarget());
    setTasking(schedule, tasking([]), noMark, start);
    expect(nextDueAt(schedule)).toBeUndefined();
    expect(takeDue(schedule, start + 10_000, nobody)).toEqual([]);
  });

  it('does not send again after a restart what is settled', () => {
    const [sent] = takeDue(scheduleOf(start, aTarget()), start, nobody);
    const restarted = createSchedule('anna');
    setTasking(restarted, tasking([aTarget()]), () => sent!.number, start);
    expect(takeDue(restarted, start, nobody)).toEqual([]);
    expect(nextDueAt(restarted)).toBe(sent!.number + 1000);
  });

  it('sends again after a restart, under the same number, what has no receipt', () => {
    const [sent] = takeDue(scheduleOf(start, aTarget()), start, nobody);
    expect(takeDue(scheduleOf(start, aTarget()), start, nobody)).toEqual([sent]);
  });

  it('leaves due what there is no room for', () => {
    const targets = Array.from({ length: 10 }, (_, index) =>
      aTarget({ name: `http:${index}`, domain: `${index}` }),
    );
    const schedule = scheduleOf(start, ...targets);
    const first = takeDue(schedule, start, nobody, 7);
    const rest = takeDue(schedule, start, nobody, 7);
    expect([first.length, rest.length]).toEqual([7, 3]);
    expect(new Set([...first, ...rest].map(({ key }) => key)).size).toBe(10);
  });

  it('spreads targets over the interval, or over the jitter', () => {
    const offsets = (jitterMs: number) =>
      Array.from({ length: 200 }, (_, index) => {
        const target = aTarget({ name: `http:${index}`, domain: `${index}`, everyMs: 30_000, jitterMs });
        return takeDue(scheduleOf(start, target), start, nobody)[0]!.number % 30_000;
      });
    expect(new Set(offsets(0).map((offset) => Math.floor(offset / 3000))).size).toBe(10);
    expect(Math.max(...offsets(2000))).toBeLessThan(2000);
  });

  it('goes on observing when the clock was set back between two lives, with numbers that rise', () => {
    const schedule = createSchedule('anna');
    const mark = start + 3_600_000;
    setTasking(schedule, tasking([aTarget()]), () => mark, start);
    const [first] = takeDue(schedule, start, nobody);
    const [second] = takeDue(schedule, start + 1000, nobody);
    expect([first!.number, second!.number]).toEqual([mark + 1, mark + 2]);
    expect(bodyOf(second!).due! - bodyOf(first!).due!).toBe(1000);
    expect(bodyOf(first!).due).toBeLessThanOrEqual(start);
  });

  it('looks only at targets that are due, however many there are', () => {
    const targets = Array.from({ length: 2000 }, (_, index) =>
      aTarget({ name: `http:${index}`, domain: `${index}`, everyMs: 2_000_000 }),
    );
    const schedule = scheduleOf(start, ...targets);
    takeDue(schedule, start, nobody);
    const asked: string[] = [];
    const ticks = takeDue(schedule, start + 20_000, (key) => asked.push(key) < 0);
    expect(asked).toEqual(ticks.map(({ key }) => key));
    expect(ticks.length).toBeLessThan(60);
  });
});

/** One target lives through changes of its interval, slow observations, standstills and restarts. */
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(2500) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('settle' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('apply' as const) }) },
);
const life = fc.record({
  everyMs: fc.integer({ min: 100, max: 2000 }),
  jitterMs: fc.constantFrom(0, 50, 5000),
  name: fc.string({ minLength: 1, maxLength: 8 }),
  steps: fc.array(step, { maxLength: 40 }),
});

describe('through whatever happens', () => {
  it('numbers rise, the grid is kept, no tick comes early, and due is made and missed and skipped', () => {
    fc.assert(
      fc.property(life, ({ everyMs, jitterMs, name, steps }) => {
        const target = aTarget({ everyMs, jitterMs, name });
        let now = start;
        let schedule = scheduleOf(now, target);
        let mark: number | undefined;
        let outstanding: ScheduledTick | undefined;
        const settled: ScheduledTick[] = [];
        const sent: ScheduledTick[] = [];

        for (const one of [...steps, { do: 'settle' as const }]) {
          if (one.do === 'wait') now += one.ms;
          if (one.do === 'apply') setTasking(schedule, tasking([target]), () => mark, now);
          if (one.do === 'restart') {
            // What had no receipt is settled under its number all the same, or comes again.
            outstanding = undefined;
            schedule = createSchedule('anna');
            setTasking(schedule, tasking([target]), () => mark, now);
          }
          if (one.do === 'settle' && outstanding) {
            settled.push(outstanding);
            mark = outstanding.number;
            outstanding = undefined;
          }
          for (const tick of takeDue(schedule, now, () => outstanding !== undefined)) {
            expect(bodyOf(tick).due).toBeLessThanOrEqual(now);
            expect(tick.number).toBe(bodyOf(tick).due);
            expect(tick.number).toBeGreaterThan(mark ?? 0);
            sent.push(tick);
            outstanding = tick;
          }
          expect(nextDueAt(schedule)).toBeGreaterThan(now);
          expect(nextDueAt(schedule)).toBeLessThanOrEqual(now + everyMs);
        }

        const first = sent[0]!.number;
        for (const { number } of sent) expect((number - first) % everyMs).toBe(0);
        const due = settled.map((tick) => tick.number);
        expect(due).toEqual([...new Set(due)].sort((a, b) => a - b));
        // Every point of the grid from the first to the last one made is accounted for, once.
        if (due.length > 0) {
          const coverage = settled.map(bodyOf).reduce(countTick, noCoverage);
          expect(coverage.due).toBe((due.at(-1)! - due[0]!) / everyMs + 1 + leading(settled));
          expect(coverage.due).toBe(coverage.made + coverage.missed + coverage.skipped);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('every tick is sent or skipped while the scheduler keeps up', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 50 }), (settles) => {
        const schedule = scheduleOf(start, aTarget());
        let isOutstanding = false;
        let [sent, skipped] = [0, 0];
        for (const settle of [...settles, true]) {
          if (settle) isOutstanding = false;
          const now = nextDueAt(schedule)!;
          const ticks = takeDue(schedule, now, () => isOutstanding);
          for (const tick of ticks) skipped += bodyOf(tick).skipped;
          sent += ticks.length;
          isOutstanding ||= ticks.length > 0;
        }
        expect(sent + skipped).toBe(settles.length + 1);
      }),
    );
  });
});

/** Skips that the first settled tick brings from before it. */
function leading(settled: readonly ScheduledTick[]): number {
  return bodyOf(settled[0]!).skipped;
}

describe('a cron target', () => {
  const hourMs = 3_600_000;
  const noon = 1_700_000_000_000 - (1_700_000_000_000 % hourMs);
  const target = aTarget({ everyMs: hourMs, cron: { expression: '0 * * * *', timezone: 'UTC' } });
  const hourly = () => ({
    latest: (nowMs: number) => nowMs - (nowMs % hourMs),
    next: (afterMs: number) => afterMs - (afterMs % hourMs) + hourMs,
  });
  const begin = (nowMs: number, mark: number | undefined) => {
    const schedule = createSchedule('anna');
    setTasking(schedule, tasking([target]), () => mark, nowMs, hourly);
    return schedule;
  };

  it('that is new waits for its first time', () => {
    const schedule = begin(noon + 5, undefined);
    expect(takeDue(schedule, noon + 5, nobody)).toEqual([]);
    expect(nextDueAt(schedule)).toBe(noon + hourMs);
    expect(takeDue(schedule, noon + hourMs, nobody)).toMatchObject([{ number: noon + hourMs }]);
  });

  it('that was due while nobody ran is observed once, by its latest time', () => {
    const schedule = begin(noon + 5 * hourMs + 7, noon);
    const ticks = takeDue(schedule, noon + 5 * hourMs + 7, nobody);
    expect(ticks.map(bodyOf)).toMatchObject([{ due: noon + 5 * hourMs }]);
    expect(nextDueAt(schedule)).toBe(noon + 6 * hourMs);
  });

  it('that never comes again holds up nobody', () => {
    const schedule = createSchedule('anna');
    const never = () => ({ latest: () => undefined, next: () => undefined });
    setTasking(schedule, tasking([target]), noMark, noon, never);
    expect(takeDue(schedule, noon + hourMs, nobody)).toEqual([]);
  });
});

function scheduleOf(nowMs: number, ...targets: Target[]): Schedule {
  const schedule = createSchedule('anna');
  setTasking(schedule, tasking(targets), noMark, nowMs);
  return schedule;
}

function tasking(targets: readonly Target[], revision = 'r1'): Tasking {
  return { revision, hash: 'h1', serial: 1, targets };
}

function bodyOf(tick: ScheduledTick): Tick {
  return JSON.parse(tick.body.toString()) as Tick;
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AttestedEvent } from '../../../src/model/event.ts';
import { retire } from '../../../src/model/target-notice.ts';
import { reconcile, type TargetState } from '../../../src/model/target-state.ts';
import type { Tick } from '../../../src/model/tick.ts';
import { aTarget, aTick, observation, seen, tick } from './arbitraries.ts';

const target = aTarget({ attestMs: 3000 });
const other = { revision: 'bbbbbb', hash: 'b'.repeat(64) };

describe('a period of looking', () => {
  it('is closed by the first look after attest has passed, which opens the next', () => {
    const { state, attested } = look([1000], [2000], [3000], [4000]);
    expect(attested).toEqual([
      {
        type: 'polar.observation.attested',
        policy: aTick().policy,
        data: {
          target: 'http:shop',
          ...span(1000, 4000),
          due: 3,
          made: 3,
          missed: 0,
          skipped: 0,
          longestGapMs: 1000,
          reason: 'attest',
        },
      },
    ]);
    expect(state).toMatchObject({
      period: { from: 4000, due: 1, made: 1 },
      attested: { periods: 1, due: 3 },
    });
  });

  it('shows the gap of a stop, with what was missed and skipped in it', () => {
    const { attested } = look([1000], [2000], [9000, { skipped: 2 }]);
    const counts = { due: 8, made: 2, missed: 4, skipped: 2, longestGapMs: 7000 };
    expect(attested).toMatchObject([{ data: { ...span(1000, 9000), ...counts } }]);
  });

  it('is closed by another policy set, under the one that it was looked at by', () => {
    const { attested } = look([1000], [2000, { policy: other }]);
    expect(attested).toMatchObject([
      { policy: aTick().policy, data: { ...span(1000, 2000), due: 1, reason: 'policy' } },
    ]);
  });

  it('is closed by a clock that was set back for longer than attest, and is never of negative length', () => {
    expect(look([90_000], [1000]).attested).toMatchObject([{ data: span(90_000, 90_000) }]);
  });

  it('ends when the target leaves the policy, and none is open until it is back', () => {
    const { state } = look([1000], [2000]);
    const left = retire(state, { target, policy: other, serial: 2, time: 2500 });
    expect(left.attested).toMatchObject({ data: { ...span(1000, 2500), made: 2, reason: 'retired' } });
    expect(left.state).toMatchObject({ period: null, attested: { periods: 1, made: 2 } });
    const back = reconcile(left.state, {
      tick: aTick({ target, serial: 3, due: 9000 }),
      observation: seen({}, 9000),
    });
    expect(back).toMatchObject({ attested: undefined, state: { period: { from: 9000, made: 1 } } });
  });

  it('tiles the time: all that were closed and the open one are what the row counts, and none is told twice', () => {
    const step = fc.record({ tick, observation, leaves: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let state: TargetState | undefined;
        const events: AttestedEvent[] = [];
        for (const { leaves, ...input } of steps) {
          const { tick: order, observation: one } = input;
          const outcome = leaves ? retire(state, { ...order, time: one.time }) : reconcile(state, input);
          state = outcome.state;
          if (outcome.attested) events.push(outcome.attested);
        }
        if (!state) return;
        for (const name of ['due', 'made', 'missed', 'skipped'] as const) {
          const told = events.reduce((sum, { data }) => sum + data[name], 0);
          expect(state.attested[name]).toBe(told);
          expect(told + (state.period?.[name] ?? 0)).toBe(state[name]);
        }
        expect(state.attested.periods).toBe(events.length);
        expect(state.period === null).toBe(state.retired !== null);
        for (const { data } of events) {
          expect(data.due).toBe(data.made + data.missed + data.skipped);
          expect(
            Math.min(data.due, data.made, data.missed, data.skipped, data.longestGapMs),
          ).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  it('is joined to the next without a gap while the clock goes on', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1, maxLength: 30 }), (waits) => {
        let time = 0;
        const looks = waits.map((wait): [number] => {
          time += wait;
          return [time];
        });
        const { state, attested } = look(...looks);
        const bounds = attested.map(({ data }) => data);
        const froms = [...bounds.map(({ from }) => from), new Date(state?.period?.from ?? 0).toISOString()];
        expect(bounds.map(({ to }) => to)).toEqual(froms.slice(1));
      }),
    );
  });
});

/** Looks at these times. */
function look(...looks: [time: number, part?: Partial<Tick>][]) {
  let state: TargetState | undefined;
  const attested = looks.flatMap(([time, part]) => {
    const step = reconcile(state, {
      tick: aTick({ target, due: time, ...part }),
      observation: seen({}, time),
    });
    state = step.state;
    return step.attested ?? [];
  });
  return { state: state as TargetState | undefined, attested };
}

function span(from: number, to: number) {
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Observation } from '../../../src/model/observation.ts';
import { reconcile, type TargetState } from '../../../src/model/target-state.ts';
import type { Tick } from '../../../src/model/tick.ts';
import { aTarget, aTick, expects, observation, seen, tick, unseen } from './arbitraries.ts';

const tickOf200 = aTick({ target: aTarget({ expectations: [expects('status', '=', 200)] }) });
const ok = { status: 200, version: '1.4.0' };
const down = { status: 503, version: '1.4.0' };

describe('reconcile', () => {
  it.each([
    ['first', [seen(ok)]],
    ['violated', [seen(down)]],
    ['unreachable', [unseen('refused')]],
    [undefined, [seen(ok), seen(ok)]],
    ['changed', [seen(ok), seen({ ...ok, version: '1.5.0' })]],
    ['violated', [seen(ok), seen(down)]],
    ['unreachable', [seen(ok), unseen('timeout')]],
    [undefined, [seen(down), seen(down)]],
    ['changed', [seen(down), seen({ ...down, version: '1.5.0' })]],
    ['recovered', [seen(down), seen(ok)]],
    ['unreachable', [seen(down), unseen('timeout')]],
    [undefined, [unseen('timeout', 0, 'after 1 s'), unseen('timeout', 0, 'after 2 s')]],
    ['changed', [unseen('timeout'), unseen('refused')]],
    ['recovered', [unseen('timeout'), seen(ok)]],
    ['violated', [seen(ok), unseen('timeout'), seen(down)]],
  ] as [string | undefined, Observation[]][])(
    'makes "%s" the last event of case %#',
    (type, observations) => {
      expect(run(observations).at(-1)?.event?.type).toBe(type && `polar.observation.${type}`);
    },
  );

  it('never takes a measure for a change', () => {
    const steps = run([seen(ok, 0, { latency_ms: 3 }), seen(ok, 1, { latency_ms: 300 })]);
    expect(steps[1]?.event).toBeUndefined();
  });

  it('keeps the last facts while the target is away, and compares with them when it is back', () => {
    const steps = run([seen(ok, 0), unseen('timeout', 1), seen({ ...ok, version: '1.5.0' }, 2)]);
    expect(steps[1]?.state.facts).toEqual(ok);
    expect(steps[1]?.event?.data).toMatchObject({ facts: ok, before: ok, changed: [], patch: [] });
    expect(steps[2]?.event?.data).toMatchObject({ before: ok, changed: ['version'] });
  });

  it('tells how long it was not ok, from the first violation on, whatever came between', () => {
    const steps = run([seen(ok, 1000), seen(down, 5000), unseen('timeout', 9000), seen(ok, 25_000)]);
    expect(steps.map(({ state }) => state.since)).toEqual([1000, 5000, 9000, 25_000]);
    expect(steps.at(-1)?.event?.data.afterMs).toBe(20_000);
  });

  it('recovers in no time rather than in negative time when the clock was set back', () => {
    expect(run([seen(down, 5000), seen(ok, 1000)]).at(-1)?.event?.data.afterMs).toBe(0);
  });

  it('judges anew when the policy expects something else of the same facts', () => {
    const expects503 = aTick({ target: aTarget({ expectations: [expects('status', '=', 503)] }) });
    const { state } = reconcile(undefined, { tick: tickOf200, observation: seen(ok) });
    const { event } = reconcile(state, { tick: expects503, observation: seen(ok) });
    expect(event).toMatchObject({ type: 'polar.observation.violated', data: { changed: [], patch: [] } });
  });

  it('moves only what was seen when nothing changed', () => {
    const steps = run([seen(ok, 1000), seen(ok, 2000)]);
    const before = steps[0]?.state;
    const period = { ...before?.period, longestGapMs: 1000 };
    expect(steps[1]?.state).toEqual({ ...before, seenAt: 2000, asked: 2, period });
  });

  it('chains the facts of events: what one leaves is what the next begins with', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ tick, observation }), { maxLength: 30 }), (inputs) => {
        let state: TargetState | undefined;
        let last: unknown = null;
        for (const input of inputs) {
          const step = reconcile(state, input);
          state = step.state;
          if (!step.event) continue;
          expect(step.event.data.before).toEqual(last);
          last = step.event.data.facts;
        }
        expect(state?.facts ?? null).toEqual(last);
      }),
    );
  });

  it('adds up: due is made, missed and skipped, and every observation is made or asked for', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ tick, observation }), { maxLength: 30 }), (inputs) => {
        let state: TargetState | undefined;
        for (const input of inputs) state = reconcile(state, input).state;
        if (!state) return;
        expect(state.due).toBe(state.made + state.missed + state.skipped);
        expect(state.made + state.asked).toBe(inputs.length);
      }),
    );
  });

  it('gives the same for a state that came back from the journal', () => {
    fc.assert(
      fc.property(tick, observation, tick, observation, (tick1, seen1, tick2, seen2) => {
        const { state } = reconcile(undefined, { tick: tick1, observation: seen1 });
        const revived = JSON.parse(JSON.stringify(state)) as TargetState;
        const next = { tick: tick2, observation: seen2 };
        expect(JSON.stringify(reconcile(revived, next))).toBe(JSON.stringify(reconcile(state, next)));
      }),
    );
  });
});

describe('coverage', () => {
  const coverageOf = (...ticks: Partial<Tick>[]) => {
    let state: TargetState | undefined;
    for (const part of ticks) state = reconcile(state, { tick: aTick(part), observation: seen(ok) }).state;
    const { due, made, missed, skipped, asked } = state as TargetState;
    return { due, made, missed, skipped, asked };
  };

  it('counts the ticks that nobody was there for', () => {
    const ticks = [{ due: 1000 }, { due: 2000 }, { due: 6000 }];
    expect(coverageOf(...ticks)).toEqual({ due: 6, made: 3, missed: 3, skipped: 0, asked: 0 });
  });

  it('counts a skipped tick once, not as missed too', () => {
    const ticks = [{ due: 1000 }, { due: 5000, skipped: 2 }];
    expect(coverageOf(...ticks)).toEqual({ due: 5, made: 2, missed: 1, skipped: 2, asked: 0 });
  });

  it('leaves aside what a person asked for', () => {
    const ticks = [{ due: 1000 }, { due: null }, { due: 2000 }];
    expect(coverageOf(...ticks)).toEqual({ due: 2, made: 2, missed: 0, skipped: 0, asked: 1 });
  });

  it('calls nothing missed across a change of the interval', () => {
    const ticks = [{ due: 1000 }, { due: 61_000, target: aTarget({ everyMs: 60_000 }) }];
    expect(coverageOf(...ticks)).toMatchObject({ made: 2, missed: 0 });
  });

  it('forgives a tick that came a little late', () => {
    expect(coverageOf({ due: 1000 }, { due: 2090 }, { due: 3000 })).toMatchObject({ missed: 0 });
  });
});

function run(observations: readonly Observation[]) {
  let state: TargetState | undefined;
  return observations.map((one) => {
    const step = reconcile(state, { tick: tickOf200, observation: one });
    state = step.state;
    return step;
  });
}

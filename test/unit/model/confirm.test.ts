import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Observation } from '../../../src/model/observation.ts';
import { reconcile, type TargetState } from '../../../src/model/target-state.ts';
import { aTarget, aTick, expects, observation, seen, tick, unseen } from './arbitraries.ts';

const ok = { status: 200, version: '1.4.0' };
const newer = { status: 200, version: '1.5.0' };
const down = (status: number) => ({ status, version: '1.4.0' });

describe('with confirm, a change', () => {
  it('is believed when so many observations in a row say the same', () => {
    expect(typesOf(3, [seen(ok), seen(newer), seen(newer), seen(newer)])).toEqual(['first', 'changed']);
  });

  it('is forgotten when what was known is seen again', () => {
    expect(typesOf(2, [seen(ok), seen(newer), seen(ok), seen(newer), seen(ok)])).toEqual(['first']);
  });

  it('begins to be counted anew when it is another one', () => {
    const other = { ...ok, version: '1.6.0' };
    expect(typesOf(2, [seen(ok), seen(newer), seen(other), seen(newer)])).toEqual(['first']);
    expect(typesOf(2, [seen(ok), seen(newer), seen(other), seen(other)])).toEqual(['first', 'changed']);
  });

  it('of the verdict is confirmed by the verdict, however it fails each time', () => {
    expect(typesOf(3, [seen(ok), seen(down(500)), seen(down(503)), seen(down(502))])).toEqual([
      'first',
      'violated',
    ]);
    expect(typesOf(2, [seen(ok), unseen('timeout'), unseen('refused')])).toEqual(['first', 'unreachable']);
  });

  it('of the verdict does not count what failed in between otherwise', () => {
    expect(typesOf(2, [seen(ok), unseen('timeout'), seen(down(503)), unseen('timeout')])).toEqual(['first']);
  });

  it('back to ok is confirmed too, and tells the time from the first sight of each', () => {
    const steps = run(2, [
      seen(ok, 0),
      seen(down(503), 1000),
      seen(down(503), 2000),
      seen(ok, 9000),
      seen(ok, 10_000),
    ]);
    expect(steps.at(-1)?.event).toMatchObject({
      type: 'polar.observation.recovered',
      data: { afterMs: 8000 },
    });
    expect(steps.map(({ state }) => state.since)).toEqual([0, 0, 1000, 1000, 9000]);
  });

  it('is not asked of what nothing was known about', () => {
    expect(typesOf(5, [unseen('timeout')])).toEqual(['unreachable']);
  });

  it('leaves what is known as it is while it waits, and counts the look', () => {
    const { state, event } = run(3, [seen(ok, 0), seen(newer, 1000)]).at(-1)!;
    expect(event).toBeUndefined();
    expect(state).toMatchObject({ facts: ok, seenAt: 1000, asked: 2, candidate: { count: 1, since: 1000 } });
  });

  it('chains facts and adds up whatever is observed', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ tick, observation }), { maxLength: 30 }), (inputs) => {
        let state: TargetState | undefined;
        let last: unknown = null;
        for (const input of inputs) {
          const step = reconcile(state, input);
          state = step.state;
          if (step.event) {
            expect(step.event.data.before).toEqual(last);
            last = step.event.data.facts;
          }
          expect(state.facts).toEqual(last);
          expect(state.candidate?.count ?? 0).toBeLessThan(input.tick.target.confirm);
        }
      }),
    );
  });
});

function typesOf(confirm: number, observations: readonly Observation[]): string[] {
  return run(confirm, observations).flatMap(({ event }) => event?.type.split('.').at(-1) ?? []);
}

function run(confirm: number, observations: readonly Observation[]) {
  const one = aTick({ target: aTarget({ confirm, expectations: [expects('status', '=', 200)] }) });
  let state: TargetState | undefined;
  return observations.map((each) => {
    const step = reconcile(state, { tick: one, observation: each });
    state = step.state;
    return step;
  });
}

import { describe, expect, it } from 'vitest';
import { isAllRight, reportLines, reportTarget } from '../../../src/cli/state-report.ts';
import { plainPalette } from '../../../src/model/event-text.ts';
import type { Observation } from '../../../src/model/observation.ts';
import { reconcile, type TargetState } from '../../../src/model/target-state.ts';
import { aTarget, aTick, expects, seen, unseen } from '../model/arbitraries.ts';

const made = new Date(2025, 5, 1, 10, 6, 41).getTime();
const target = aTarget({ everyMs: 30_000, expectations: [expects('status', '=', 200)] });

function reported(observation: Observation | undefined, options: { ageMs?: number; owner?: string } = {}) {
  const { ageMs = 4000, owner } = options;
  const watched = owner === undefined ? target : { ...target, owner };
  const tick = aTick({ target: watched });
  let state: TargetState | undefined;
  for (const one of observation ? [seen({ status: 200, version: '1.4.0' }), observation] : []) {
    state = reconcile(state, { tick, observation: { ...one, time: made } }).state;
  }
  const now = made + ageMs;
  const report = reportTarget(watched, state, { now, taskedAt: made });
  return { report, line: reportLines([report], now, plainPalette)[0] };
}

describe('the state of a target', () => {
  it('that is as expected fits on a line', () => {
    const { line, report } = reported(seen({ status: 200, version: '1.4.0' }));
    expect(line).toBe('http:shop  ok  since 10:06:41  seen 4 s ago  status 200, version 1.4.0');
    expect(isAllRight(report)).toBe(true);
  });

  it('that is not as expected says what was expected, and whose it is', () => {
    const { line, report } = reported(seen({ status: 503, version: '1.4.0' }), { owner: 'payments' });
    expect(line).toBe(
      'http:shop  violated  since 10:06:41  seen 4 s ago  status 503, expected 200 · version 1.4.0 · owner payments',
    );
    expect(isAllRight(report)).toBe(false);
  });

  it('that cannot be reached says why, and what was true last', () => {
    const { line, report } = reported(unseen('refused', 0, 'nobody listens'));
    expect(line).toContain('unreachable  since 10:06:41  seen 4 s ago  refused: nobody listens');
    expect(line).toContain('last status 200, version 1.4.0');
    expect(isAllRight(report)).toBe(false);
  });

  it('that is seen otherwise, and not yet as often as confirm asks, says how often and what', () => {
    const watched = { ...target, confirm: 3 };
    const looks = (...observations: Observation[]) => {
      let state: TargetState | undefined;
      for (const one of [seen({ status: 200, version: '1.4.0' }), ...observations]) {
        const observation = { ...one, time: made };
        state = reconcile(state, { tick: aTick({ target: watched }), observation }).state;
      }
      const report = reportTarget(watched, state, { now: made, taskedAt: made });
      return { ...report, line: reportLines([report], made, plainPalette)[0] };
    };
    const down = seen({ status: 503, version: '1.4.0' });
    expect(looks(down)).toMatchObject({
      state: 'ok',
      unconfirmed: {
        looks: 1,
        confirm: 3,
        since: new Date(made).toISOString(),
        says: 'violated, status 503',
      },
      line: expect.stringMatching(/status 200, version 1\.4\.0 · 1 of 3 looks say violated, status 503$/),
    });
    const newer = seen({ status: 200, version: '1.5.0' });
    expect(looks(newer, newer).line).toContain('2 of 3 looks say version 1.4.0 → 1.5.0');
    expect(looks(unseen('refused', 0, 'nobody')).line).toContain('1 of 3 looks say unreachable, refused');
    expect(looks(down, down, down).unconfirmed).toBeNull();
    expect(looks(down, down, down, seen({ status: 200 })).line).toMatch(/ · 1 of 3 looks say ok$/);
    expect(looks(down, seen({ status: 200, version: '1.4.0' })).unconfirmed).toBeNull();
  });

  it('that was not looked at for three intervals is stale', () => {
    expect(reported(seen({ status: 200 }), { ageMs: 90_000 }).report.state).toBe('ok');
    const { report } = reported(seen({ status: 200 }), { ageMs: 90_001 });
    expect(report).toMatchObject({ state: 'stale', verdict: 'ok' });
    expect(isAllRight(report)).toBe(false);
    expect(reported(seen({ status: 503 }), { ageMs: 90_001 }).line).toContain('was violated');
  });

  it('that waits for its first look is not wrong yet, and is when it waits too long', () => {
    const { line, report } = reported(undefined);
    expect(line).toMatch(/^http:shop {2}unseen .*not seen yet$/);
    expect(isAllRight(report)).toBe(true);
    expect(reported(undefined, { ageMs: 90_001 }).report.state).toBe('stale');
  });
});

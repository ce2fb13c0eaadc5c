import { describe, expect, it } from 'vitest';
import { age, retire, type TargetNotice } from '../../../src/model/target-notice.ts';
import { reconcile, type TargetState } from '../../../src/model/target-state.ts';
import { aTarget, aTick, expects, seen, unseen } from './arbitraries.ts';

const target = aTarget({ maxAgeMs: 60_000, expectations: [expects('status', '=', 200)], because: 'money' });
const tick = aTick({ target });
const ok = { status: 200 };
const policy = { revision: 'aaaaaa', hash: 'a'.repeat(64) };

describe('a target that leaves the policy', () => {
  it('has an event with what was known of it, under the set that does without it', () => {
    const { event } = retire(look(seen(ok)), notice({ serial: 2 }));
    expect(event).toMatchObject({
      type: 'polar.observation.retired',
      policy,
      data: { facts: ok, before: ok, changed: [], patch: [], verdict: { state: 'ok' }, because: 'money' },
    });
  });

  it('keeps its row, and is retired once', () => {
    const { state } = retire(look(seen(ok)), notice({ serial: 2, time: 7 }));
    expect(state).toMatchObject({ facts: ok, retired: { serial: 2, time: 7 } });
    expect(retire(state, notice({ serial: 3 }))).toMatchObject({ state, event: undefined });
  });

  it('is not heard of again by an observation that was ordered before', () => {
    const { state } = retire(look(seen(ok)), notice({ serial: 2 }));
    const late = reconcile(state, { tick: { ...tick, serial: 1 }, observation: seen({ status: 503 }) });
    expect(late).toEqual({ state, event: undefined, reason: 'retired' });
  });

  it('begins anew when it comes back, and nothing is missed of the time between', () => {
    const before = look(seen(ok), { due: 1000 });
    const { state } = retire(before, notice({ serial: 2 }));
    const back = reconcile(state, { tick: { ...tick, serial: 3, due: 91_000 }, observation: seen(ok) });
    expect(back.event).toMatchObject({ type: 'polar.observation.first', data: { before: null } });
    expect(back.state).toMatchObject({ retired: null, due: 2, made: 2, missed: 0 });
  });

  it('is not retired by a set that a later one has overtaken', () => {
    const state = look(seen(ok), { serial: 3 });
    expect(retire(state, notice({ serial: 2 }))).toMatchObject({ state, event: undefined });
  });

  it('leaves no event when nobody ever looked', () => {
    expect(retire(undefined, notice({}))).toMatchObject({ state: undefined, event: undefined });
  });
});

describe('a target that nobody looks at', () => {
  it('is stale, once, when its last observation is older than max_age', () => {
    const { state, event } = age(look(seen(ok, 1000)), notice({ time: 61_001 }));
    expect(event).toMatchObject({ type: 'polar.observation.stale', data: { ageMs: 60_001, facts: ok } });
    expect(state).toMatchObject({ staleSince: 61_001, verdict: { state: 'ok' } });
    expect(age(state, notice({ time: 200_000 }))).toMatchObject({ state, event: undefined });
  });

  it.each([
    ['it was looked at meanwhile', look(seen(ok, 1000)), {}, 61_000],
    ['nobody ever looked', undefined, {}, 61_001],
    ['it has no max_age any more', look(seen(ok, 1000)), { target: aTarget() }, 99_000],
    ['it is retired', retire(look(seen(ok, 1000)), notice({})).state, {}, 99_000],
  ])('is not stale when %s', (_, state, part, time) => {
    expect(age(state, notice({ ...part, time }))).toMatchObject({ event: undefined });
  });

  it.each([
    ['recovered', seen({ status: 200 }, 90_000)],
    ['violated', seen({ status: 503 }, 90_000)],
    ['unreachable', unseen('timeout', 90_000)],
  ])('is %s when somebody looks again', (type, observation) => {
    const { state } = age(look(seen(ok, 1000)), notice({ time: 70_000 }));
    const again = reconcile(state, { tick, observation });
    expect(again.event?.type).toBe(`polar.observation.${type}`);
    expect(again.state).toMatchObject({ staleSince: null, since: 90_000 });
  });

  it('tells how long it was not ok from when it was found stale', () => {
    const { state } = age(look(seen(ok, 1000)), notice({ time: 70_000 }));
    const { event } = reconcile(state, { tick, observation: seen(ok, 90_000) });
    expect(event?.data.afterMs).toBe(20_000);
  });

  it('is believed at once when somebody looks again, whatever confirm asks for', () => {
    const { state } = age(look(seen(ok, 1000)), notice({ time: 70_000 }));
    const careful = { ...tick, target: { ...target, confirm: 3 } };
    expect(reconcile(state, { tick: careful, observation: seen(ok, 90_000) }).event?.type).toMatch(
      'recovered',
    );
  });
});

function look(observation: ReturnType<typeof seen>, part: Partial<typeof tick> = {}): TargetState {
  return reconcile(undefined, { tick: { ...tick, ...part }, observation }).state;
}

function notice(part: Partial<TargetNotice>): TargetNotice {
  return { target, policy, serial: 2, time: 0, ...part };
}

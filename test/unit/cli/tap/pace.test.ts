import { describe, expect, it } from 'vitest';
import { createPace } from '../../../../src/cli/tap/pace.ts';

/** Two processors, of which others take so many at a time. */
function createMachine() {
  const machine = { now: 0, own: 0, busy: 0, others: 0 };
  const pace = createPace({
    nowMs: () => machine.now,
    ownMs: () => machine.own,
    all: () => ({ busyMs: machine.busy, processors: 2 }),
  });
  const pass = (ms: number, ownMs: number) => {
    machine.now += ms;
    machine.own += ownMs;
    machine.busy += ownMs + machine.others * ms;
  };
  /** Works and rests as it is told; the share of one processor that it took. */
  const watch = (ms: number) => {
    const [from, before] = [machine.now, machine.own];
    while (machine.now - from < ms) {
      pass(20, 20);
      pass(pace.restMs(), 0);
    }
    return (machine.own - before) / (machine.now - from);
  };
  return { machine, pace, pass, watch };
}

describe('the pace of a tap', () => {
  it('is no slower for what others leave alone', () => {
    const { machine, watch } = createMachine();
    expect(watch(5000)).toBe(1);
    machine.others = 1.4;
    expect(watch(5000)).toBe(1);
  });

  it('is a twentieth of a processor while others use more than three quarters of them, and picks up after', () => {
    const { machine, watch } = createMachine();
    machine.others = 1.7;
    watch(1000);
    expect(watch(20_000)).toBeCloseTo(0.05, 2);
    machine.others = 0;
    watch(1000);
    expect(watch(5000)).toBe(1);
  });

  it('lets what comes alone be shown at once, however busy the others are', () => {
    const { machine, pace, pass } = createMachine();
    machine.others = 1.9;
    for (let second = 0; second < 20; second++) {
      pass(1000, 5);
      expect(pace.restMs()).toBe(0);
    }
  });

  it('does not make up for rests that were longer than asked for', () => {
    const { machine, pace, pass } = createMachine();
    machine.others = 1.9;
    pass(60_000, 0);
    pace.restMs();
    pass(100, 100);
    expect(pace.restMs()).toBeGreaterThan(1000);
  });
});

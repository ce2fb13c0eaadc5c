import { describe, expect, it } from 'vitest';
import { createTop } from '../../../../src/cli/top/top-model.ts';
import { aStatus } from './a-status.ts';

const begun = 1_700_000_060_000;
const sample = (latenciesMs: number[], topics: [string, number][] = []) => ({
  ...{ next: 8, topics: new Map(topics), latenciesMs },
});
const at = (seconds: number, counts: { settled?: number; looks?: number; cpuMs?: number } = {}) =>
  aStatus({ uptimeMs: 60_000 + seconds * 1000, settled: 0, looks: 0, cpuMs: 0, ...counts });

describe('what top shows', () => {
  it('are rates by what the processes have counted, over the time that passed in them', () => {
    const top = createTop();
    const first = top.look(at(0, { settled: 100, looks: 10, cpuMs: 1000 }), undefined, begun);
    expect(first.rates).toEqual({ accepted: null, settled: null, published: null, looks: null, ticks: null });
    expect(top.isSettled()).toBe(false);
    const next = top.look(at(2, { settled: 140, looks: 15, cpuMs: 2000 }), undefined, begun + 99);
    expect(next.rates).toEqual({ accepted: 0, settled: 20, published: 0, looks: 2.5, ticks: 2.5 });
    expect(next.processes.find(({ name }) => name === 'worker-1')?.cpuPercent).toBe(50);
    expect(top.isSettled()).toBe(true);
  });

  it('is not misled by a process that says the same twice, nor by one that begins anew', () => {
    const top = createTop();
    top.look(at(0, { settled: 100 }), undefined, begun);
    top.look(at(1, { settled: 110 }), undefined, begun);
    expect(top.look(at(1, { settled: 110 }), undefined, begun).rates.settled).toBe(10);
    const restarted = at(0, { settled: 110 });
    const anew = restarted.processes.map((process) => ({ ...process, incarnation: 2, restarts: 1 }));
    expect(top.look({ ...restarted, processes: anew }, undefined, begun).rates.settled).toBe(null);
  });

  it('forgets what was more than a few seconds ago', () => {
    const top = createTop();
    for (let second = 0; second <= 20; second++) {
      top.look(at(second, { settled: second < 10 ? second * 1000 : 10_000 }), undefined, begun);
    }
    expect(top.look(at(21, { settled: 10_000 }), undefined, begun).rates.settled).toBe(0);
  });

  it('are latencies and topics of what was committed lately', () => {
    const top = createTop();
    top.look(at(0), sample([], [['Old/gone/', 900]]), begun);
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
    top.look(at(1), sample(hundred, [['Observe/changed/', 6]]), begun + 1000);
    const { latency, topics } = top.look(at(2), sample([], [['Note/written/', 8]]), begun + 2000);
    expect(latency).toEqual({ p50Ms: 51, p99Ms: 100, samples: 100 });
    expect(topics).toEqual([
      { name: 'Note/written/', perSecond: 4 },
      { name: 'Observe/changed/', perSecond: 3 },
    ]);
  });

  it('is how it was last, while nobody answers', () => {
    const top = createTop();
    expect(top.away(begun)).toMatchObject({ state: 'away', node: null, processes: [] });
    top.look(at(0), undefined, begun);
    expect(top.away(begun + 5000)).toMatchObject({
      state: 'away',
      node: 'anna',
      waiting: { pending: 2, parked: 1 },
    });
  });

  it('names what lags and who was slow', () => {
    const model = createTop().look(at(0), undefined, begun);
    expect(model.sinks).toEqual([
      { name: 'amqp', state: 'blocked', lagEvents: 4, lagMs: 1500, inFlight: 1, quarantined: 2 },
    ]);
    expect(model.slowest).toEqual([{ target: 'http:shop', ms: 120 }]);
  });

  it('does without what a node of an older version does not say', () => {
    const old = at(0).processes.map(({ vitals, ...process }) => ({
      ...process,
      stats: undefined,
      vitals: vitals && { residentBytes: 1, heapUsedBytes: 1, cpuMs: 1, loopDelayMs: 1 },
    }));
    const top = createTop();
    top.look({ ...at(0), processes: old }, undefined, begun);
    const model = top.look({ ...at(1), processes: old }, undefined, begun);
    expect(model.rates.settled).toBe(null);
    expect(model.processes.map(({ cpuPercent }) => cpuPercent)).toEqual([null, null, null, null]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visibleWidth } from '../../../../src/cli/screen/frame.ts';
import { createTop, type TopModel } from '../../../../src/cli/top/top-model.ts';
import { rateText, renderTop, sortings, type TopLook } from '../../../../src/cli/top/top-screen.ts';
import { plainPalette } from '../../../../src/model/event-text.ts';
import { ansiPalette } from '../../../../src/model/palette.ts';
import { aStatus } from './a-status.ts';

const begun = 1_700_000_060_000;
const model: TopModel = (() => {
  const top = createTop();
  const counts = { settled: 0, looks: 0, cpuMs: 0 };
  const sample = (count: number) => ({
    next: 8,
    topics: new Map([['Note/written/', count]]),
    latenciesMs: [12, 40],
  });
  top.look(aStatus({ uptimeMs: 1000, ...counts }), sample(0), begun);
  return top.look(
    aStatus({ uptimeMs: 2000, settled: 12_345, looks: 12, cpuMs: 500 }),
    sample(7),
    begun + 1000,
  );
})();
const look: TopLook = {
  ...{ palette: plainPalette, sorting: sortings[0], isPaused: false, isHelpShown: false, hasKeys: true },
};
const screen = { columns: 80, rows: 24 };

/** Names that terminals write wide, or not at all, or that give them orders. */
const names = fc.string({
  unit: fc.oneof(
    fc.constantFrom('a', 'ß', '状', '한', '🚀', 'é', '\u0301', '\u200d', '\ufe0f', '\u001b', '\u202e', '\n'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
  maxLength: 40,
});
const models: fc.Arbitrary<TopModel> = fc
  .record({
    node: names,
    bottleneck: fc.option(names),
    processes: fc.array(names, { maxLength: 70 }),
    topics: fc.array(names, { maxLength: 20 }),
    slowest: fc.array(names, { maxLength: 8 }),
    sinks: fc.array(names, { maxLength: 4 }),
    state: fc.constantFrom('up' as const, 'away' as const),
    count: fc.nat(1e9),
  })
  .map(({ node, bottleneck, processes, topics, slowest, sinks, state, count }) => ({
    ...model,
    ...{ node, bottleneck, state },
    processes: processes.map((name) => ({
      ...{ name, role: 'worker', pid: count, state: 'ready', restarts: count, cpuPercent: count },
      ...{ residentBytes: count * 1000, heapUsedBytes: null, lateMs: count, lastExit: 'SIGKILL' },
    })),
    topics: topics.map((name) => ({ name, perSecond: count })),
    slowest: slowest.map((target) => ({ target, ms: count })),
    sinks: sinks.map((name) => ({
      ...{ name, state: 'up', lagEvents: count, lagMs: count, inFlight: count, quarantined: count },
    })),
  }));

describe('the screen of top', () => {
  it('has all of it in 80 × 24', () => {
    const lines = renderTop(model, screen, look);
    expect(lines).toHaveLength(24);
    const text = lines.join('\n');
    expect(text).toMatch(/^node anna · 1\.2\.3 · up 61 s · policy 71ab90 · 3 targets +\d\d:\d\d:\d\d\n/);
    expect(text).toContain('nothing holds it up');
    expect(text).toContain('settled 12,345');
    expect(text).toMatch(/latency +p50 40 ms +p99 40 ms/);
    expect(text).toContain('tasks 2       runs 0       pending 2       parked 1');
    expect(text).toMatch(/bridge +amqp blocked +4 events behind, 1\.5 s/);
    expect(text).toMatch(/worker-1 +4711 +ready +0 +50\.0 % +80 MiB/);
    expect(text).toMatch(/Note\/written\/ +7/);
    expect(text).toMatch(/http:shop +120 ms/);
    expect(lines.at(-1)).toBe('q quit · p pause · s sort (as they start) · ? help');
  });

  it('never has a line that is wider than the terminal, nor more lines than it has', () => {
    const sizes = fc.record({
      columns: fc.integer({ min: 40, max: 220 }),
      rows: fc.integer({ min: 10, max: 60 }),
    });
    const looks = fc.record({
      palette: fc.constantFrom(plainPalette, ansiPalette),
      sorting: fc.constantFrom(...sortings),
      isPaused: fc.boolean(),
      isHelpShown: fc.boolean(),
      hasKeys: fc.boolean(),
    });
    fc.assert(
      fc.property(models, sizes, looks, (shown, size, how) => {
        const lines = renderTop(shown, size, how);
        expect(lines.length).toBeLessThanOrEqual(size.rows);
        for (const line of lines) {
          expect(visibleWidth(line)).toBeLessThanOrEqual(size.columns);
          expect(line).not.toMatch(/[\n\r\u202e]/);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('says that the node is away, or that there is none', () => {
    expect(renderTop({ ...model, state: 'away' }, screen, look)[1]).toMatch(/^the node is away/);
    expect(renderTop(createTop().away(begun), screen, look)[0]).toMatch(
      /^no node runs here: waiting for one/,
    );
  });

  it('says how many processes it has no room for', () => {
    const many = Array.from({ length: 70 }, () => model.processes[0]!);
    expect(renderTop({ ...model, processes: many }, screen, look).join('\n')).toMatch(/… \d\d more/);
  });

  it('has the busiest first when asked to', () => {
    const lines = renderTop(model, screen, { ...look, sorting: 'by cpu' });
    expect(lines[lines.findIndex((line) => line.startsWith('process')) + 1]).toMatch(/^worker-1/);
  });

  it('gives no colour where there is none', () => {
    expect(renderTop(model, screen, look).join('')).not.toContain('\u001b');
    expect(renderTop(model, screen, { ...look, palette: ansiPalette }).join('')).toContain(
      '\u001b[31mblocked',
    );
  });
});

describe('rates', () => {
  it.each([
    [null, '–'],
    [0, '0'],
    [0.01, '0.1'],
    [3.14, '3.1'],
    [12.6, '13'],
    [9871, '9,871'],
    [123_456, '123k'],
    [2_500_000, '2.5M'],
  ])('of %s are written "%s"', (perSecond, text) => {
    expect(rateText(perSecond)).toBe(text);
  });
});

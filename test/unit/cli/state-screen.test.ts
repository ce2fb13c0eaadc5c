import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visibleWidth } from '../../../src/cli/screen/frame.ts';
import { createStateChanges } from '../../../src/cli/state-changes.ts';
import type { TargetReport } from '../../../src/cli/state-report.ts';
import { renderState, type StateLook } from '../../../src/cli/state-screen.ts';
import { plainPalette } from '../../../src/model/event-text.ts';
import { ansiPalette } from '../../../src/model/palette.ts';

const now = new Date(2025, 5, 1, 10, 6, 45).getTime();
const aReport = (part: Partial<TargetReport> = {}): TargetReport => ({
  ...{ name: 'http:shop', kind: 'http', domain: 'shop', state: 'ok', verdict: 'ok' },
  ...{ since: new Date(now - 4000).toISOString(), seenAt: new Date(now - 1000).toISOString() },
  ...{
    facts: { status: 200, version: '1.4.0' },
    failures: [],
    outcome: { kind: 'observed' },
    unconfirmed: null,
  },
  ...{ resource: null, because: null, owner: null, severity: null, policyRevision: '3f9c1e' },
  ...part,
});
const violated = aReport({
  ...{ name: 'http:till', state: 'violated', verdict: 'violated', facts: { status: 503 } },
  failures: [{ fact: 'status', expected: '200', actual: 503 }],
});
const look: StateLook = { palette: plainPalette, now, marked: new Set(), remarks: [], isPaused: false };
const screen = { columns: 80, rows: 24 };

describe('the state on a screen', () => {
  it('is a line per target, with those marked that have changed', () => {
    const lines = renderState([aReport(), violated], screen, { ...look, marked: new Set(['http:till']) });
    expect(lines).toHaveLength(24);
    expect(lines.slice(0, 5).map((line) => line.trimEnd())).toEqual([
      `2 targets · 1 not all right${' '.repeat(45)}10:06:45`,
      '',
      '  target     state        since     seen       what',
      '  http:shop  ok           10:06:41  1 s ago    status 200, version 1.4.0',
      '▸ http:till  violated     10:06:41  1 s ago    status 503, expected 200',
    ]);
    expect(lines.at(-1)).toBe('q quit · p pause');
  });

  it('shows what is wrong first where there is not room for all, and how many there are', () => {
    const many = Array.from({ length: 100 }, (_, index) => aReport({ name: `http:t${index}` }));
    const lines = renderState([...many, violated], screen, look);
    expect(lines).toHaveLength(24);
    expect(lines[2]).toContain('http:till');
    expect(lines.at(-2)).toBe('… 81 more, all of them all right');
  });

  it('never has a line that is wider than the terminal, nor more lines than it has', () => {
    const names = fc.string({
      unit: fc.constantFrom('a', '状', '🚀', '\u0301', '\u200d', '\ufe0f', '\u001b', '\n', ' '),
      maxLength: 60,
    });
    const reports = fc.array(
      fc
        .record({ name: names, fact: names, isOk: fc.boolean() })
        .map(({ name, fact, isOk }) =>
          aReport({ name, state: isOk ? 'ok' : 'violated', facts: { [fact]: fact } }),
        ),
      { maxLength: 40 },
    );
    const sizes = fc.record({
      columns: fc.integer({ min: 40, max: 220 }),
      rows: fc.integer({ min: 10, max: 60 }),
    });
    fc.assert(
      fc.property(reports, sizes, fc.array(names, { maxLength: 2 }), (shown, size, remarks) => {
        const marked = new Set(shown.slice(0, 3).map(({ name }) => name));
        const lines = renderState(shown, size, { ...look, palette: ansiPalette, marked, remarks });
        expect(lines.length).toBeLessThanOrEqual(size.rows);
        for (const line of lines) {
          expect(visibleWidth(line)).toBeLessThanOrEqual(size.columns);
          expect(line).not.toContain('\n');
        }
      }),
    );
  });
});

describe('a change of state', () => {
  it('is at first every target, and then what differs, not that it was seen', () => {
    const changes = createStateChanges();
    const shop = aReport();
    expect(changes([shop, violated])).toEqual({ changed: [shop, violated], gone: [] });
    const later = { ...shop, seenAt: new Date(now).toISOString() };
    expect(changes([later, violated])).toEqual({ changed: [], gone: [] });
    const updated = { ...shop, facts: { status: 200, version: '1.5.0' } };
    expect(changes([updated, violated])).toEqual({ changed: [updated], gone: [] });
    expect(changes([updated])).toEqual({ changed: [], gone: ['http:till'] });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createLogFilter,
  formatLogData,
  formatLogLine,
  parseLogLine,
} from '../../../../src/cli/logs/log-line.ts';
import { createLogPaint } from '../../../../src/cli/logs/log-paint.ts';
import { plainPalette } from '../../../../src/model/event-text.ts';
import { ansiPalette } from '../../../../src/model/palette.ts';

const at = new Date(2025, 5, 1, 10, 4, 2, 123);
const written = (part: Record<string, unknown> = {}) =>
  JSON.stringify({
    ...{ level: 'info', time: at.toISOString(), role: 'worker', name: 'worker-1', pid: 7 },
    ...{ event: 'worker.ready', note: 'two words', flows: ['A'], msg: 'ready', ...part },
  });
const plain = createLogPaint(false, plainPalette);

describe('a line of the log', () => {
  it('is for people a time, a process, a level, a message and fields', () => {
    expect(formatLogLine(parseLogLine(written()), at.getTime(), plain)).toBe(
      '10:04:02.123 worker-1            info  ready event=worker.ready note="two words" flows=["A"]',
    );
    const nextDay = at.getTime() + 86_400_000;
    expect(formatLogLine(parseLogLine(written()), nextDay, plain)).toMatch(
      /^2025-06-01 10:04:02\.123 worker-1 /,
    );
  });

  it('is cut where a terminal ends', () => {
    const line = formatLogLine(parseLogLine(written()), at.getTime(), plain, 50);
    expect(line).toBe('10:04:02.123 worker-1            info  ready even…');
  });

  it('has a colour for its process and for its level where there are colours', () => {
    const paint = createLogPaint(true, ansiPalette);
    const line = formatLogLine(parseLogLine(written({ level: 'error' })), at.getTime(), paint);
    expect(line).toContain('\u001b[36mworker-1');
    expect(line).toContain('\u001b[31merror');
    const other = formatLogLine(parseLogLine(written({ name: 'worker-2' })), at.getTime(), paint);
    expect(other).toContain('\u001b[33mworker-2');
  });

  it('is as data what was written, with its process in front', () => {
    const line = written();
    expect(formatLogData(parseLogLine(line))).toBe(`{"process":"worker-1",${line.slice(1)}`);
  });

  it('that is none of ours is shown as it is, and gives the terminal no orders', () => {
    const crash = '    at worker.js:7:1 \u001b[2J';
    expect(formatLogLine(parseLogLine(crash), 0, plain)).toBe('    at worker.js:7:1 \\u001b[2J');
    expect(JSON.parse(formatLogData(parseLogLine(crash)))).toEqual({ process: null, raw: crash });
  });

  it('never fails, whatever was written, and always is one line and one document', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.dictionary(fc.string(), fc.jsonValue()).map((fields) => written(fields)),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const line = parseLogLine(text);
        expect(formatLogLine(line, 0, plain)).not.toMatch(/[\n\r\u001b]/);
        expect(JSON.parse(formatLogData(line))).toHaveProperty('process');
      }),
    );
  });
});

describe('the wish for lines', () => {
  const kept = (wish: Parameters<typeof createLogFilter>[0], lines: readonly string[]) => {
    const isWanted = createLogFilter(wish);
    return lines.map((line) => isWanted(parseLogLine(line)));
  };

  it('may be for a process, a level and the graver ones, and a time', () => {
    const lines = [
      written({ level: 'debug' }),
      written({ name: 'bridge', level: 'warn' }),
      written({ level: 'error', time: new Date(at.getTime() + 1000).toISOString() }),
    ];
    expect(kept({}, lines)).toEqual([true, true, true]);
    expect(kept({ process: 'worker-1' }, lines)).toEqual([true, false, true]);
    expect(kept({ level: 'warn' }, lines)).toEqual([false, true, true]);
    expect(kept({ since: at.getTime() + 1 }, lines)).toEqual([false, false, true]);
  });

  it('takes what cannot be read with the line before it', () => {
    const lines = ['first of all', written(), 'a trace', written({ name: 'bridge' }), 'another trace'];
    expect(kept({}, lines)).toEqual([true, true, true, true, true]);
    expect(kept({ process: 'worker-1' }, lines)).toEqual([false, true, true, false, false]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alignColumns } from '../../../src/cli/columns.ts';
import { createGlob, createTargetGlob } from '../../../src/cli/glob.ts';
import { factsLine, measuresLine } from '../../../src/cli/observation-text.ts';
import { agoText, timeText } from '../../../src/cli/time-text.ts';

describe('columns', () => {
  it('stand two spaces apart and end where their text ends', () => {
    const rows = [
      ['http:shop', 'ok', 'status 200'],
      ['openapi:shop-api', 'violated', ''],
    ];
    expect(alignColumns(rows)).toEqual([
      'http:shop         ok        status 200',
      'openapi:shop-api  violated',
    ]);
  });

  it('are as wide as their text, not as its colour', () => {
    const paint = (text: string) => `<${text}>`;
    expect(
      alignColumns([
        [{ text: 'ok', paint }, 'x'],
        ['violated', 'y'],
      ]),
    ).toEqual(['<ok>        x', 'violated  y']);
  });
});

describe('a glob', () => {
  it('matches itself, whatever characters it has', () => {
    fc.assert(fc.property(fc.string(), (text) => createGlob(text)(text)));
  });

  it('matches all of a text or nothing', () => {
    expect(createGlob('http:*')('http:shop')).toBe(true);
    expect(createGlob('http:sh?p')('http:shop')).toBe(true);
    expect(createGlob('shop')('http:shop')).toBe(false);
    expect(createGlob('a.c')('abc')).toBe(false);
  });

  it('of targets may leave the observer out', () => {
    expect(createTargetGlob('shop*')('openapi:shop-api')).toBe(true);
    expect(createTargetGlob('http:shop')('openapi:shop')).toBe(false);
    expect(createTargetGlob('*')('http:shop')).toBe(true);
  });
});

describe('a time', () => {
  const now = new Date(2025, 5, 1, 10, 6, 45).getTime();

  it('of today is a clock, of another day has its date', () => {
    expect(timeText(now - 4000, now)).toBe('10:06:41');
    expect(timeText(now - 86_400_000, now)).toBe('2025-05-31 10:06');
  });

  it('is never in the future, even when the clock was set back', () => {
    expect(agoText(now - 4000, now)).toBe('4 s ago');
    expect(agoText(now + 4000, now)).toBe('0 s ago');
  });
});

describe('an observation', () => {
  it('is told with the units of its measures', () => {
    expect(factsLine({ status: 200, version: '1.4.0' })).toBe('status 200 · version 1.4.0');
    expect(measuresLine({ latency_ms: 3.21, size_bytes: 43, depth: 2 })).toBe(
      'latency 3.2 ms · size 43 bytes · depth 2',
    );
  });

  it('names operations without their hashes, and not all of a long list', () => {
    expect(factsLine({ operations: 1, 'GET /orders': '9f2c' })).toBe('operations 1 · GET /orders');
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`f${index}`, index]));
    expect(factsLine(many)).toMatch(/ · \+8 more$/);
  });
});

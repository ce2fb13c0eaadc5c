import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exitCodeOf, failureLines, findingLine, pathFrom } from '../../../src/cli/failure.ts';
import { PolarError } from '../../../src/model/errors.ts';
import type { Finding } from '../../../src/model/finding.ts';

const lines = (error: unknown, verbose = false) => failureLines(error, { cwd: '/work/shop', verbose });
const finding: Finding = {
  file: 'policies/shop.ini',
  line: 3,
  column: 1,
  severity: 'error',
  code: 'policy.unknown-key',
  message: '"evry"; did you mean "every"?',
};

describe('a failed command', () => {
  it('says what, where and what to do next', () => {
    const error = new PolarError('flow.unknown', 'There is no flow "Oders".', {
      at: { file: '/work/shop/flows/a.ini', line: 2, column: 7 },
      hint: 'Did you mean "Orders"?',
    });
    expect(lines(error)).toEqual([
      'error: There is no flow "Oders".',
      '  at flows/a.ini:2:7',
      '  → Did you mean "Orders"?',
    ]);
  });

  it('shows every finding on a line of its own', () => {
    const error = new PolarError('policy.refused', 'The policy files have problems.', {
      findings: [finding, { ...finding, line: 4 }],
    });
    expect(lines(error).slice(1)).toEqual([
      'policies/shop.ini:3:1: error policy.unknown-key "evry"; did you mean "every"?',
      'policies/shop.ini:4:1: error policy.unknown-key "evry"; did you mean "every"?',
    ]);
  });

  it('tells our mistakes from those of others, and where they are when asked', () => {
    const mistake = new TypeError('x is not a function');
    expect(lines(mistake)).toEqual([
      'error: x is not a function',
      '  → This is a mistake in polar-zmanager itself. See where with --verbose.',
    ]);
    expect(lines(mistake, true).some((line) => /^\s+at .*failure\.test/.test(line))).toBe(true);
    expect(lines(Object.assign(new Error('no space'), { code: 'ENOSPC', errno: -28 }))).toEqual([
      'error: no space',
    ]);
  });

  it('keeps to one line and gives the terminal no orders, whatever it quotes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (quoted) => {
        const said = lines(new PolarError('io.failed', quoted, { hint: quoted }));
        expect(said.join('')).not.toMatch(/[\p{Cc}\u202a-\u202e]/u);
      }),
    );
  });

  it('ends with the exit code of its kind', () => {
    expect(exitCodeOf(new PolarError('usage.invalid', ''))).toBe(2);
    expect(exitCodeOf(new PolarError('node.not-running', ''))).toBe(69);
    expect(exitCodeOf(new PolarError('config.invalid', ''))).toBe(78);
    expect(exitCodeOf(Object.assign(new Error(), { code: 'EACCES', errno: -13 }))).toBe(74);
    expect(exitCodeOf(new TypeError())).toBe(70);
    expect(exitCodeOf('thrown text')).toBe(70);
  });
});

describe('a path', () => {
  it('is written in the shorter way', () => {
    expect(pathFrom('/work/shop', '/work/shop/policies/a.ini')).toBe('policies/a.ini');
    expect(pathFrom('/work/shop/deep/er', '/etc/a.ini')).toBe('/etc/a.ini');
    expect(pathFrom('/work/shop', '/work/shop')).toBe('.');
  });

  it('of a finding starts at the root that it was found from', () => {
    expect(findingLine(finding, '/work', '/work/shop')).toMatch(/^shop\/policies\/shop\.ini:3:1: error/);
  });
});

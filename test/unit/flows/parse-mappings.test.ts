import { describe, expect, test } from 'vitest';
import { parseMappings } from '../../../src/flows/parse-mappings.ts';
import { formatFinding } from '../../../src/model/finding.ts';

const read = (...lines: string[]) => parseMappings(lines.join('\n'), 'm.ini', 'user');
const reported = (...lines: string[]) => read(...lines).findings.map(formatFinding);

describe('a mapping file', () => {
  test('takes the last part of a target as the method', () => {
    const { mappings, findings } = read(
      '[actionmapping]',
      '??a = Observer.observe',
      ' ?b? = my.own-part.Thing.do_it',
    );
    expect(findings).toEqual([]);
    expect(mappings).toEqual([
      {
        name: '??a',
        component: 'Observer',
        method: 'observe',
        origin: 'user',
        file: 'm.ini',
        line: 2,
        column: 1,
      },
      {
        name: '?b?',
        component: 'my.own-part.Thing',
        method: 'do_it',
        origin: 'user',
        file: 'm.ini',
        line: 3,
        column: 2,
      },
    ]);
  });

  test.each([
    ['a doubled =', '??a == B.c', 'm.ini:2:6: warning mapping.doubled-equals'],
    ['a key that is no action key', 'S?C = B.c', 'm.ini:2:4: error mapping.invalid-key'],
    ['a character that no key has', '??a b = B.c', 'm.ini:2:4: error mapping.invalid-key'],
    ['a key without a target', '??a', 'm.ini:2:4: error mapping.invalid-target "??a" has no target'],
    ['an empty target', '??a =', 'm.ini:2:6: error mapping.invalid-target "??a" has no target'],
    [
      'a target without a method',
      '??a = B',
      'm.ini:2:7: error mapping.invalid-target "??a" has the target "B"',
    ],
    ['a target with more in it', '??a = B.c = D.e', 'm.ini:2:7: error mapping.invalid-target'],
  ])('reports %s', (_, line, expected) => {
    const findings = reported('[actionmapping]', line);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatch(expected);
  });

  test('reads a target behind a doubled =', () => {
    expect(read('[actionmapping]', '??a = = B.c').mappings).toMatchObject([{ component: 'B', method: 'c' }]);
  });

  test('skips sections of dependency injection, whatever is wrong in them', () => {
    const { mappings, findings } = read(
      '[actionmapping]',
      '??a = B.c',
      '[Request]',
      'x = "',
      '[Request]',
      'x = 1',
    );
    expect(mappings).toHaveLength(1);
    expect(findings.map(({ line, severity, code }) => `${line} ${severity} ${code}`)).toEqual([
      '3 note mapping.foreign-section',
      '5 note mapping.foreign-section',
    ]);
  });

  test('does not skip action keys without a word', () => {
    expect(reported('[actionmappings]', '??a = B.c')).toEqual([
      'm.ini:1:1: error mapping.misplaced [actionmappings] holds action keys; they are read from [actionmapping] only',
    ]);
  });

  test('keeps the first of two equal sections', () => {
    const { mappings, findings } = read('[actionmapping]', '??a = B.c', '[actionmapping]', '??d = E.f');
    expect(mappings.map(({ name }) => name)).toEqual(['??a']);
    expect(findings.map(({ code }) => code)).toEqual(['ini.duplicate-section']);
  });
});

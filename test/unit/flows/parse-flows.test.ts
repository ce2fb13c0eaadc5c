import { describe, expect, test } from 'vitest';
import { parseFlows } from '../../../src/flows/parse-flows.ts';
import { formatFinding, hasErrors } from '../../../src/model/finding.ts';

const read = (...lines: string[]) => parseFlows(lines.join('\n'), 'flows/x.ini', 'user');
const reported = (...lines: string[]) => read(...lines).findings.map(formatFinding);

describe('a flow file', () => {
  test('is read into steps, each with its kind and place', () => {
    const { flows, findings } = read(
      '; x',
      '[X]',
      '?X?Push',
      ' Subject?X?a',
      'A?X@PUBLISH?b',
      '??done',
      '[Y]',
    );
    expect(findings.map(({ code }) => code)).toEqual(['flow.empty']);
    expect(flows.map(({ name, origin, file, line }) => ({ name, origin, file, line }))).toEqual([
      { name: 'X', origin: 'user', file: 'flows/x.ini', line: 2 },
      { name: 'Y', origin: 'user', file: 'flows/x.ini', line: 7 },
    ]);
    expect(flows[0]?.steps.map(({ text, kind, line, column }) => [text, kind, line, column])).toEqual([
      ['?X?Push', 'entry', 3, 1],
      ['Subject?X?a', 'plain', 4, 2],
      ['A?X@PUBLISH?b', 'publish', 5, 1],
      ['??done', 'done', 6, 1],
    ]);
  });

  test('has a revision that only its steps change', () => {
    const revision = (...lines: string[]) => read(...lines).flows[0]?.revision;
    const first = revision('[X]', '?X?Push', '??done');
    expect(first).toMatch(/^[0-9a-f]{12}$/);
    expect(revision('; c', '[X]', '', ' ?X?Push', '# d', '??done')).toBe(first);
    expect(revision('[X]', '?X?Push', 'Subject?X?a', '??done')).not.toBe(first);
  });

  test('keeps the first of two equal sections', () => {
    const { flows, findings } = read('[X]', '?X?Push', '??done', '[X]', '?X?Push', 'a?X?b', '??done');
    expect(flows.map(({ line }) => line)).toEqual([1]);
    expect(findings.map(formatFinding)).toEqual([
      'flows/x.ini:4:1: error ini.duplicate-section [X] is already on line 1; merge the two',
    ]);
    expect(flows[0]?.findings).toEqual([]);
  });

  test('a flow carries what is wrong with its own lines, and only that', () => {
    const { flows } = read(
      '[A]',
      '?A?Push',
      '??done',
      '[B',
      '?B?Push',
      '??done',
      '[C]',
      '?C?Push',
      '??done\0',
      '[D]',
    );
    expect(flows.map(({ name, findings }) => [name, hasErrors(findings)])).toEqual([
      ['A', false],
      ['B', true],
      ['C', true],
      ['D', false],
    ]);
  });
});

describe('lint', () => {
  test('asks for a decorator that exists', () => {
    expect(reported('[X]', '?X?Push', 'A?X@PUBLIS?b', 'A?X@publish?c', '??done')).toEqual([
      'flows/x.ini:3:1: error flow.unknown-decorator no decorator is called "PUBLIS"; did you mean "PUBLISH"?',
      'flows/x.ini:4:1: error flow.unknown-decorator no decorator is called "publish"; did you mean "PUBLISH"?',
    ]);
    expect(reported('[X]', '?X?Push', 'A?X@worker?b', '??done')).toEqual([
      'flows/x.ini:3:1: error flow.unknown-decorator no decorator is called "worker"; known are PUBLISH, ASYNC, ROUTING_WORKER',
    ]);
  });

  test('takes @ASYNC on any step, @ROUTING_WORKER on the first one only', () => {
    expect(reported('[X]', '?X?Push', 'A?X@ROUTING_WORKER?b', 'A?X@ASYNC?c', '??done')).toEqual([]);
    expect(reported('[X]', '?X?Push', 'A?X?b', 'A?X@ROUTING_WORKER?c', '??done')).toEqual([
      'flows/x.ini:4:1: error flow.late-routing-worker @ROUTING_WORKER stands only on the first step after the entry; move it there',
    ]);
  });

  test.each([
    ['an entry that is missing', ['Subject?X?a', '??done'], '2:1: error flow.missing-entry'],
    ['a flow of nothing but its end', ['??done'], '2:1: error flow.missing-entry'],
    ['a missing end', ['?X?Push', 'Subject?X?a'], '3:1: warning flow.missing-done'],
    ['a step after the end', ['?X?Push', '??done', 'Subject?X?a'], '4:1: error flow.step-after-done'],
    ['a second end', ['?X?Push', '??done', '??done'], '4:1: error flow.step-after-done'],
    ['no steps', [], '1:1: warning flow.empty'],
    [
      'a line that is there twice',
      ['?X?Push', 'A?X?b', 'A?X?b', '??done'],
      '4:1: warning flow.repeated-step',
    ],
    ['an entry in another context', ['?Y?Push', '??done'], '2:1: note flow.other-context'],
    ['an entry with a decorator', ['?X@PUBLISH?Push', '??done'], '2:1: warning flow.decorated-entry'],
    [
      'a published step without an action',
      ['?X?Push', 'A?X@PUBLISH?', '??done'],
      '3:1: error flow.missing-action',
    ],
    ['a character that no key has', ['?X?Push', ' A?X?b c', '??done'], '3:7: error flow.invalid-step'],
    ['a line that is no action key', ['?X?Push', 'done'], '3:5: error flow.invalid-step'],
    ['an = at the end of a step', ['?X?Push =', '??done'], '2:10: warning flow.step-with-value'],
    ['a mapping in a flow', ['?X?Push', 'A?X?b = C.d', '??done'], '3:9: error flow.step-with-value'],
  ])('reports %s', (_, lines, expected) => {
    const findings = reported('[X]', ...lines);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatch(`flows/x.ini:${expected}`);
  });

  test('refuses a name that could not be part of a topic', () => {
    expect(reported('[a/b]', '?a?Push', '??done')[0]).toMatch('flows/x.ini:1:1: error flow.invalid-name');
  });
});

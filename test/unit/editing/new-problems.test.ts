import { expect, test } from 'vitest';
import { newProblems } from '../../../src/editing/new-problems.ts';
import type { Finding } from '../../../src/model/finding.ts';

const at = (line: number, message: string, severity: Finding['severity'] = 'error'): Finding => {
  return { file: 'flows/a.ini', line, column: 1, severity, code: 'flow.x', message };
};

test('a problem that only moved is not new', () => {
  const before = [at(3, '"x" is on line 2 too'), at(9, 'mapped at a.ini:4, is never called')];
  const after = [at(4, '"x" is on line 3 too'), at(10, 'mapped at a.ini:5, is never called')];
  expect(newProblems(before, after)).toEqual([]);
});

test('the same problem once more is new', () => {
  expect(newProblems([at(3, 'x')], [at(3, 'x'), at(5, 'x')])).toEqual([at(5, 'x')]);
});

test('a problem of other words is new, and a note is none', () => {
  const after = [at(3, 'port 7'), at(4, 'y', 'warning'), at(5, 'z', 'note')];
  expect(newProblems([at(3, 'port 8')], after)).toEqual(after.slice(0, 2));
});

import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  checkPathBudget,
  controlPath,
  eventsPath,
  gatewayPath,
  intakePath,
  resultsPath,
  runsPath,
  socketPathLimit,
} from '../../../src/topology/endpoints.ts';
import { createRegister } from '../../../src/topology/register.ts';

/** The longest names that a node gives: the 64th worker in its 999th life. */
function longestPaths(runDir: string): string[] {
  const register = createRegister('ffff', []);
  const [manager, subject, worker] = ['integration-manager', 'subject', 'worker-64'].map((name) =>
    register.begin(name, 999),
  ) as [string, string, string];
  return [
    intakePath(runDir, subject),
    resultsPath(runDir, manager),
    eventsPath(runDir, manager),
    runsPath(runDir, subject, worker),
    controlPath(runDir),
    gatewayPath(runDir),
  ];
}

const runDirOf = (length: number) => join('/tmp', 'x'.repeat(length - '/tmp/'.length));

test('a run directory is refused just when a socket in it would have too long a path', () => {
  for (let length = 60; length <= 110; length++) {
    const runDir = runDirOf(length);
    const fits = longestPaths(runDir).every((path) => Buffer.byteLength(path) <= socketPathLimit);
    const check = () => checkPathBudget(runDir);
    if (fits) expect(check).not.toThrowError();
    else expect(check).toThrowError(expect.objectContaining({ code: 'io.unwritable' }));
  }
});

test('bytes count, not letters', () => {
  expect(() => checkPathBudget(`/tmp/${'ä'.repeat(30)}`)).not.toThrowError();
  expect(() => checkPathBudget(`/tmp/${'ä'.repeat(50)}`)).toThrowError('103');
});

test('no two sockets share a path', () => {
  const paths = longestPaths('/run/x');
  expect(new Set(paths).size).toBe(paths.length);
});

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { isAlive, until } from './house.ts';

let supervisor: ChildProcess | undefined;

afterEach(() => {
  supervisor?.kill('SIGKILL');
});

test('a supervisor that is killed leaves no child behind, ready or still starting', async () => {
  supervisor = fork(new URL('./fixtures/supervisor.mjs', import.meta.url));
  const [pids] = (await once(supervisor, 'message')) as [number[]];
  expect(pids.filter(isAlive)).toHaveLength(2);
  supervisor.kill('SIGKILL');
  await until(() => pids.filter(isAlive).length === 0);
});

import { expect, test } from 'vitest';
import type { NodeStatus } from '../../../src/topology/node.ts';
import { readinessOf } from '../../../src/topology/readiness.ts';

type Process = NodeStatus['processes'][number];

const aProcess = (part: Partial<Process> = {}): Process => ({
  name: 'worker-1',
  role: 'worker',
  pid: 7,
  state: 'ready',
  restarts: 0,
  incarnation: 1,
  stats: undefined,
  vitals: undefined,
  ...part,
});
const policy = { revision: '71ab90', hash: 'h', targets: 1, refused: false };

test('a node is ready when its processes are, under a policy, with room in the journal', () => {
  const processes = [aProcess(), aProcess({ stats: { isFull: false } })];
  expect(readinessOf({ processes, policy })).toEqual({ ready: true, problems: [] });
  expect(readinessOf({ processes, policy: { ...policy, refused: true } }).ready).toBe(true);
});

test('everything that keeps a node from being ready is named', () => {
  const processes = [aProcess({ state: 'restarting' }), aProcess({ stats: { isFull: true } })];
  expect(readinessOf({ processes, policy: null })).toEqual({
    ready: false,
    problems: ['worker-1 is restarting', 'no policy is in force', 'the disk that holds the journal is full'],
  });
});

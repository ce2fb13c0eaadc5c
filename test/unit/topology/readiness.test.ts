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
  const processes = [aProcess(), aProcess({ role: 'integration-manager', stats: { full: null } })];
  expect(readinessOf({ processes, policy })).toEqual({ ready: true, problems: [] });
  expect(readinessOf({ processes, policy: { ...policy, refused: true } }).ready).toBe(true);
});

test('everything that keeps a node from being ready is named', () => {
  const manager = aProcess({ role: 'integration-manager', stats: { full: { kind: 'disk' } } });
  const processes = [aProcess({ state: 'restarting' }), manager];
  expect(readinessOf({ processes, policy: null })).toEqual({
    ready: false,
    problems: ['worker-1 is restarting', 'no policy is in force', 'the disk that holds the journal is full'],
  });
});

test('a journal at its limit is named, and no target and no sink with it', () => {
  const full = { kind: 'limit', maxBytes: 1024 ** 3, heldBy: 'amqp has come to seq 5 of 900' };
  const processes = [aProcess({ role: 'integration-manager', stats: { full, waiting: 2 } })];
  expect(readinessOf({ processes, policy }).problems).toEqual([
    'the journal is at its limit of 1GiB: 2 results wait to be written',
  ]);
});

test('a node that refuses pushes is not ready, and one that is only slow is', () => {
  const manager = aProcess({ role: 'integration-manager', stats: { journal: { pending: 7 } } });
  const services = (maxPending: number) => aProcess({ role: 'services', stats: { maxPending } });
  const subject = aProcess({ role: 'subject', stats: { waiting: 7, rowsHeld: 7, busy: 2, slots: 2 } });
  expect(readinessOf({ processes: [manager, subject, services(7)], policy })).toMatchObject({
    ready: false,
    problems: [expect.stringMatching(/^pushes are refused: 7 accepted tasks wait/)],
  });
  expect(readinessOf({ processes: [manager, subject, services(8), aProcess()], policy }).ready).toBe(true);
});

import { expect, test } from 'vitest';
import { createRegister } from '../../../src/topology/register.ts';

const manager = {
  incarnation: 'n-im1',
  results: 'ipc://r',
  events: 'ipc://e',
  nextSequence: 7,
  full: null,
};
const subject = { incarnation: 'n-su1', intake: 'ipc://i' };

test('every life of every process has a name of its own', () => {
  const names = ['integration-manager', 'subject', 'services', 'bridge', 'worker-1', 'worker-11'];
  const register = createRegister('ab12', []);
  const lives = names.flatMap((name) => [1, 2, 11].map((life) => register.begin(name, life)));
  expect(new Set(lives).size).toBe(lives.length);
  expect(lives.every((life) => life.startsWith('ab12-'))).toBe(true);
});

test('a process is a peer from when it is ready until it ends', () => {
  const register = createRegister('n', []);
  register.begin('subject', 1);
  register.begin('integration-manager', 1);
  expect(register.peers()).toEqual({ workers: [], roster: [] });
  register.ready('integration-manager', manager);
  register.ready('subject', subject);
  register.ready('bridge', { sink: 'none' });
  expect(register.peers()).toEqual({ subject, integrationManager: manager, workers: [], roster: [] });
  expect(register.endpoints()).toEqual({ intake: 'ipc://i', subject: 'n-su1', events: 'ipc://e' });
  expect(register.end('subject')).toBe('n-su1');
  expect(register.peers()).toEqual({ integrationManager: manager, workers: [], roster: [] });
});

test('a worker is a peer before it is ready: the subject binds for it, and waits for it', () => {
  const register = createRegister('n', []);
  const first = register.begin('worker-1', 1);
  expect(register.peers().workers).toEqual([{ name: 'worker-1', incarnation: first }]);
  expect(register.end('worker-1')).toBe(first);
  expect(register.end('worker-1')).toBeUndefined();
  const second = register.begin('worker-1', 2);
  expect(register.peers().workers).toEqual([{ name: 'worker-1', incarnation: second }]);
});

test("what is new begins where the journal stood at the node's start, whatever restarts later", () => {
  const register = createRegister('n', []);
  expect(register.firstSequence()).toBe(1);
  register.ready('integration-manager', manager);
  register.end('integration-manager');
  register.ready('integration-manager', { ...manager, incarnation: 'n-im2', nextSequence: 99 });
  expect(register.firstSequence()).toBe(7);
});

test('a full disk is known until the integration manager says otherwise, or another one lives', () => {
  const register = createRegister('n', []);
  register.setFull({ kind: 'disk' });
  expect(register.peers().integrationManager).toBeUndefined();
  register.ready('integration-manager', manager);
  register.setFull({ kind: 'disk' });
  expect(register.peers().integrationManager?.full).toEqual({ kind: 'disk' });
  register.end('integration-manager');
  register.ready('integration-manager', manager);
  expect(register.peers().integrationManager?.full).toBeNull();
});

test('the gateway has an address as long as the services live', () => {
  const register = createRegister('n', []);
  register.ready('services', { gateway: 'http://127.0.0.1:8080' });
  expect(register.gateway()).toBe('http://127.0.0.1:8080');
  register.end('services');
  expect(register.gateway()).toBeUndefined();
});

test('whoever is about to end in peace is named so, until its successor begins', () => {
  const register = createRegister('n', ['worker-1', 'worker-2']);
  const first = register.begin('worker-1', 1);
  register.begin('integration-manager', 1);
  register.ready('integration-manager', manager);
  register.leave('worker-1');
  register.leave('integration-manager');
  register.leave('worker-2');
  expect(register.peers()).toEqual({
    integrationManager: { ...manager, isLeaving: true },
    workers: [{ name: 'worker-1', incarnation: first, isLeaving: true }],
    roster: ['worker-1', 'worker-2'],
  });
  register.end('worker-1');
  const second = register.begin('worker-1', 2);
  register.setRoster(['worker-1']);
  expect(register.lifeOf('worker-1')).toBe(second);
  expect(register.peers()).toMatchObject({
    workers: [{ name: 'worker-1', incarnation: second }],
    roster: ['worker-1'],
  });
});

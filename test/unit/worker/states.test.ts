import { expect, test } from 'vitest';
import { RunStates } from '../../../src/worker/states.ts';

const stored = (actor: string, key: string) =>
  actor === 'Counter' && key === 'a' ? { version: 7, value: Buffer.from('{"n":1}') } : undefined;

test('a task reads the journal, then what the tasks before it in the run wrote', () => {
  const states = new RunStates(stored);
  expect(states.read('Counter', 'a')).toEqual({ n: 1 });
  expect(states.read('Counter', 'b')).toBeUndefined();
  states.write('Counter', 'a', { n: 2 });
  expect(states.read('Counter', 'a')).toEqual({ n: 2 });
  states.keep();
  expect(states.read('Counter', 'a')).toEqual({ n: 2 });
  expect(states.read('Other', 'a')).toBeUndefined();
});

test('a write says which version it was computed from, and only the last one counts', () => {
  const states = new RunStates(stored);
  states.write('Counter', 'a', { n: 2 });
  states.keep();
  states.write('Counter', 'a', { n: 3 });
  states.write('Counter', 'b', null);
  states.keep();
  expect(states.writes()).toEqual([
    { actor: 'Counter', key: 'a', base: 7, value: Buffer.from('{"n":3}') },
    { actor: 'Counter', key: 'b', base: 0, value: Buffer.from('null') },
  ]);
  expect(states.sizeBytes).toBe(11);
});

test('what is only read is not written', () => {
  const states = new RunStates(stored);
  states.read('Counter', 'a');
  states.keep();
  expect(states.writes()).toEqual([]);
});

test('a task that fails leaves nothing behind, and what was kept before stays', () => {
  const states = new RunStates(stored);
  states.write('Counter', 'a', { n: 2 });
  states.keep();
  states.write('Counter', 'a', { n: 3 });
  states.discard();
  states.keep();
  expect(states.read('Counter', 'a')).toEqual({ n: 2 });
  expect(states.writes()).toMatchObject([{ value: Buffer.from('{"n":2}') }]);
});

test('what a method does to a value that it has read changes nothing but the value in its hands', () => {
  const states = new RunStates(stored);
  const read = states.read('Counter', 'a') as { n: number };
  read.n = 99;
  states.discard();
  expect(states.read('Counter', 'a')).toEqual({ n: 1 });
  const written = { n: 2 };
  states.write('Counter', 'a', written);
  written.n = 99;
  expect(states.read('Counter', 'a')).toEqual({ n: 2 });
});

test.each([
  ['a value that is no data', 'Counter', 'a', 1n],
  ['a value that contains itself', 'Counter', 'a', circular()],
  ['a value that is too large', 'Counter', 'a', 'x'.repeat(17 * 1024 * 1024)],
  ['a key that no table could hold', 'Counter', 'k'.repeat(1501), 1],
  ['an actor that no table could hold', 'A'.repeat(201), 'a', 1],
])('%s is refused where it is written', (_, actor, key, value) => {
  const states = new RunStates(stored);
  expect(() => states.write(actor, key, value)).toThrowError();
  states.keep();
  expect(states.writes()).toEqual([]);
});

function circular(): object {
  const value: { self?: object } = {};
  value.self = value;
  return value;
}

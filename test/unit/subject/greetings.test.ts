import { expect, test } from 'vitest';
import { createGreetings } from '../../../src/subject/greetings.ts';

const hello = (worker: string, incarnation: string) => {
  return { worker, incarnation, version: '1', credit: 4, runs: [] };
};
const peer = (name: string, incarnation: string) => ({ name, incarnation });

test('a worker that the supervisor has named is heard, once in its life', () => {
  const greetings = createGreetings();
  greetings.follow([peer('w1', 'a')]);
  expect(greetings.hear(hello('w1', 'a'))).toEqual(hello('w1', 'a'));
  expect(greetings.hear(hello('w1', 'a'))).toBe('stranger');
});

test('a hello that comes before the word of the supervisor waits for it', () => {
  const greetings = createGreetings();
  expect(greetings.hear(hello('w1', 'a'))).toBe('early');
  expect(greetings.follow([peer('w2', 'b')])).toEqual([]);
  expect(greetings.follow([peer('w1', 'a'), peer('w2', 'b')])).toEqual([hello('w1', 'a')]);
  expect(greetings.follow([peer('w1', 'a')])).toEqual([]);
  expect(greetings.hear(hello('w1', 'a'))).toBe('stranger');
});

test('whoever speaks for nobody keeps no worker out, and is kept in bounds', () => {
  const greetings = createGreetings();
  for (let count = 0; count < 1000; count++) greetings.hear(hello('w1', `nobody-${count}`));
  greetings.hear(hello('w1', 'a'));
  expect(greetings.follow([peer('w1', 'a')])).toEqual([hello('w1', 'a')]);
  const late = Array.from({ length: 1000 }, (_, count) => peer('w1', `nobody-${count}`));
  expect(late.flatMap((one) => greetings.follow([one]))).toHaveLength(63);
});

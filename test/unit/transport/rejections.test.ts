import { expect, test } from 'vitest';
import { PolarError } from '../../../src/model/errors.ts';
import { createRejections } from '../../../src/transport/rejections.ts';

test('every refusal is counted by its reason, and few of them are said', () => {
  const said: unknown[] = [];
  const rejections = createRejections(({ reason, count }) => said.push(`${reason} ${count}`));
  for (let count = 0; count < 100; count++) rejections.note('misplaced', {});
  rejections.noteUnreadable(Buffer.alloc(3), new PolarError('envelope.malformed', 'cut'));
  expect(rejections.counts).toEqual({ misplaced: 100, malformed: 1 });
  expect(rejections.total).toBe(101);
  const powers = [1, 2, 4, 8, 16, 32, 64].map((count) => `misplaced ${count}`);
  expect(said).toEqual([...powers, 'malformed 1']);
});

test('a mistake of ours is no refusal', () => {
  const rejections = createRejections(() => {});
  expect(() => rejections.noteUnreadable(Buffer.alloc(3), new TypeError('ours'))).toThrow('ours');
  expect(rejections.total).toBe(0);
});

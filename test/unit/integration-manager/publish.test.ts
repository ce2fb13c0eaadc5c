import { expect, test } from 'vitest';
import { bodyLimitBytes, messagesOf } from '../../../src/integration-manager/publish.ts';
import { receiptTopic } from '../../../src/transport/word-frame.ts';

const toldOf = (...sizes: readonly number[]) => {
  const segments = sizes.map((size, index) => ({
    topic: `T/${index}/`,
    count: 1,
    bytes: Buffer.alloc(size, 1),
  }));
  const committed = { records: { first: 7, count: sizes.length }, head: Buffer.alloc(32) };
  return messagesOf({ segments, receipts: [] }, committed, 'im1');
};

test('each topic of a commit is told with its records, and the receipts after them', () => {
  const told = toldOf(10, 20);
  expect(told.map(({ topic, body }) => [topic, body.length])).toEqual([
    ['T/0/', 10],
    ['T/1/', 20],
    [receiptTopic, expect.any(Number)],
  ]);
});

test('what is large is told without its records: a subscriber that has stopped keeps little of it here', () => {
  const [first, second] = toldOf(bodyLimitBytes, bodyLimitBytes + 1);
  expect([first?.body.length, second?.body.length]).toEqual([bodyLimitBytes, 0]);
  expect(second?.head.length).toBeGreaterThan(32);
});

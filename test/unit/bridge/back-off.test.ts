import { expect, it } from 'vitest';
import { backOffMs, longestBackOffMs } from '../../../src/bridge/back-off.ts';

it('the bound of the wait doubles with each failure in a row, up to half a minute', () => {
  const bounds = [1, 2, 3, 8, 9, 10, 2000].map((failures) => backOffMs(failures, 1));
  expect(bounds).toEqual([200, 400, 800, 25_600, 30_000, 30_000, longestBackOffMs]);
});

it('the wait is anything up to its bound, so that many bridges do not come back in step', () => {
  expect([0, 0.25, 0.5].map((random) => backOffMs(3, random))).toEqual([0, 200, 400]);
});

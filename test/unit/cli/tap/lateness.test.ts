import { expect, test } from 'vitest';
import { createLateness } from '../../../../src/cli/tap/lateness.ts';

test('a tap that is much behind says so, and not again for ten seconds', () => {
  const lateness = createLateness();
  expect(lateness.textAt(1000, 3500)).toBeUndefined();
  expect(lateness.textAt(1000, 5000)).toBe('— 4 s behind: the processors are busy, and the node goes first');
  expect(lateness.textAt(1000, 14_999)).toBeUndefined();
  expect(lateness.textAt(1000, 15_000)).toMatch(/^— 14 s behind/);
  expect(lateness.textAt(14_000, 26_000)).toMatch(/^— 12 s behind/);
  expect(lateness.textAt(1000, 6000)).toMatch(/^— 5 s behind/);
});

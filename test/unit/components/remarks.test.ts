import { expect, test } from 'vitest';
import { createRemarks } from '../../../src/components/remarks.ts';

test('an executable that says much is written down in part, and the rest is counted', () => {
  const written: { said: string; skipped?: number }[] = [];
  let clock = 0;
  const remark = createRemarks(
    (fields) => written.push(fields),
    () => clock,
  );
  for (let line = 1; line <= 150; line++) remark({ text: `line ${line}`, isCut: false });
  expect(written).toHaveLength(100);
  clock = 10_000;
  remark({ text: 'later', isCut: true });
  remark({ text: 'and later', isCut: false });
  expect(written.slice(100)).toEqual([
    { event: 'executable.said', said: 'later…', skipped: 50 },
    { event: 'executable.said', said: 'and later' },
  ]);
});

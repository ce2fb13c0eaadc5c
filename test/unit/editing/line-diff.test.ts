import fc from 'fast-check';
import { expect, test } from 'vitest';
import { diffLines, formatHunks } from '../../../src/editing/line-diff.ts';

const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 30 });

test('what a diff takes out and puts in makes one text of the other', () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      const result: string[] = [...before];
      for (const { before: at, lines } of diffLines(before, after).toReversed()) {
        const kept = (without: string) =>
          lines.filter(({ mark }) => mark !== without).map((line) => line.text);
        expect(result.slice(at.line - 1, at.line - 1 + at.count)).toEqual(kept('+'));
        result.splice(at.line - 1, at.count, ...kept('-'));
      }
      expect(result).toEqual(after);
    }),
    { numRuns: 1000 },
  );
});

test('equal texts differ in nothing', () => {
  expect(diffLines(['a', 'b'], ['a', 'b'])).toEqual([]);
});

test('a change is shown with three lines around it, and far ones apart', () => {
  const before = Array.from({ length: 20 }, (_, index) => `line ${index + 1}`);
  const after = before.toSpliced(1, 1).toSpliced(17, 0, 'new');
  expect(formatHunks(diffLines(before, after))).toEqual([
    '@@ -1,5 +1,4 @@',
    ' line 1',
    '-line 2',
    ' line 3',
    ' line 4',
    ' line 5',
    '@@ -16,5 +15,6 @@',
    ' line 16',
    ' line 17',
    ' line 18',
    '+new',
    ' line 19',
    ' line 20',
  ]);
  expect(formatHunks(diffLines([], ['a']))).toEqual(['@@ -0,0 +1,1 @@', '+a']);
});

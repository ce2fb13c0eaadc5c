import { expect, test } from 'vitest';
import { blankNonCode } from './blank-non-code.ts';
import { parseSource } from './source-files.ts';

test.each([
  ['a line comment', 'a; // b\nc;', 'a;     \nc;'],
  ['a comment that ends in a backslash', '// a \\\nb;', '      \nb;'],
  ['a block comment', 'a /* "\n` */ b', 'a     \n     b'],
  ['a string with a quote in it', `f('it\\'s // x', 1);`, `f('          ', 1);`],
  [
    'a template and the code in it',
    `f(\`a \${g({ b: \`c \${d} e\` })} f\`);`,
    `f(\`  \${g({ b: \`  \${d}  \` })}  \`);`,
  ],
  ['a pattern with quotes and slashes', `a.test(/['"/*]\\//g) / b;`, 'a.test(           ) / b;'],
  ['a division', 'a / b; // c / d', 'a / b;         '],
])('%s is told from code', (_, text, code) => {
  expect(blankNonCode(text)).toBe(code);
});

test('imports are found in every form, and nowhere else', () => {
  const text = `import a from './a.ts';
import {
  type B,
  c,
} from '../b/b.ts';
export * from "./d.ts";
import 'e';
const f = await import('./f.ts');
type G = import('g').G;
const words = "import h from 'h'";
Array.from('text');
Array.from(new Set());
`;
  expect(parseSource('x/y.ts', text).imports).toEqual([
    { line: 1, specifier: './a.ts', file: 'x/a.ts' },
    { line: 5, specifier: '../b/b.ts', file: 'b/b.ts' },
    { line: 6, specifier: './d.ts', file: 'x/d.ts' },
    { line: 7, specifier: 'e', file: undefined },
    { line: 8, specifier: './f.ts', file: 'x/f.ts' },
    { line: 9, specifier: 'g', file: undefined },
  ]);
});

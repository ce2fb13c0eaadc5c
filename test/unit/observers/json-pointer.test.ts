import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonPointer, resolvePointer } from '../../../src/observers/json-pointer.ts';

const read = jsonPointer();

it.each([
  ['version', 'must be a JSON pointer'],
  ['', 'must be a JSON pointer'],
  ['/a~2b', 'has a stray ~'],
  ['/a~', 'has a stray ~'],
])('refuses "%s" as a pointer', (written, problem) => {
  expect(() => read(written)).toThrow(problem);
});

describe('a pointer', () => {
  const document = { version: '1', 'a/b': { '~c': [10, { d: null }] }, '': 'empty' };

  it.each([
    ['/version', '1'],
    ['/a~1b/~0c/0', 10],
    ['/a~1b/~0c/1/d', null],
    ['/', 'empty'],
    ['', document],
  ])('finds "%s"', (pointer, value) => {
    expect(resolvePointer(document, pointer)).toEqual(value);
  });

  it.each(['/nothing', '/version/length', '/a~1b/~0c/2', '/a~1b/~0c/length', '/__proto__', '/toString'])(
    'finds nothing at "%s"',
    (pointer) => {
      expect(resolvePointer(document, pointer)).toBeUndefined();
    },
  );

  it('finds every member of every document', () => {
    const escaped = (part: string) => part.replaceAll('~', '~0').replaceAll('/', '~1');
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.dictionary(fc.string(), fc.jsonValue())), (document) => {
        for (const [outer, members] of Object.entries(document)) {
          for (const [inner, value] of Object.entries(members)) {
            expect(resolvePointer(document, read(`/${escaped(outer)}/${escaped(inner)}`))).toBe(value);
          }
        }
      }),
    );
  });

  it('crashes on no input', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (document, text) => void resolvePointer(document, `/${text}`)),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFileGlob, createFolderGlob, type FileGlob, isGlob } from '../../../src/observers/file-glob.ts';
import { createNameMatcher } from '../../../src/observers/name-matcher.ts';

describe('a pattern of names', () => {
  it.each([
    ['*.conf', 'shop.conf', true],
    ['*.conf', '.conf', true],
    ['*.conf', 'shop.conf.bak', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['[a-c]1', 'b1', true],
    ['[a-c]1', 'd1', false],
    ['[!a-c]1', 'd1', true],
    ['[]]', ']', true],
    ['[a', '[a', true],
    ['a.c', 'abc', false],
    ['*a*b*', 'xxaxxbxx', true],
    ['*a*b', 'xxaxxbxx', false],
    ['', '', true],
    ['*', '', true],
  ])('%s of %s: %s', (pattern, name, expected) => {
    expect(createNameMatcher(pattern)(name)).toBe(expected);
  });

  it('agrees with a regular expression', () => {
    const pieces = fc.array(fc.constantFrom('a', 'b', '.', '*', '?'), { maxLength: 8 });
    const spelled = new Map([
      ['*', '.*'],
      ['?', '.'],
      ['.', '\\.'],
    ]);
    const names = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 8 });
    fc.assert(
      fc.property(pieces, names, (pattern, name) => {
        const source = pattern.map((piece) => spelled.get(piece) ?? piece).join('');
        expect(createNameMatcher(pattern.join(''))(name)).toBe(new RegExp(`^${source}$`).test(name));
      }),
      { numRuns: 2000 },
    );
  });

  it('is done at once with a name that is made to keep it busy', () => {
    const startedAt = performance.now();
    expect(createNameMatcher(`${'*a'.repeat(40)}*b`)('a'.repeat(4000))).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });

  it('never fails, whatever is written', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (pattern, name) => void createNameMatcher(pattern)(name)),
    );
  });
});

describe('a pattern of paths', () => {
  const placeOf = (glob: FileGlob, path: string) =>
    path.split('/').reduce((place, name) => glob.enter(place, name), glob.start);
  const matches = (glob: FileGlob, path: string) => glob.matches(placeOf(glob, path));

  it('begins below what is fixed in it', () => {
    expect(createFileGlob('/etc/nginx/*/a.conf').base).toBe('/etc/nginx');
    expect(createFileGlob('/*').base).toBe('/');
    expect(isGlob('/etc/nginx')).toBe(false);
  });

  it.each([
    ['/e/*.c', 'a.c', true],
    ['/e/*.c', 'd/a.c', false],
    ['/e/*/a.c', 'd/a.c', true],
    ['/e/**/a.c', 'a.c', true],
    ['/e/**/a.c', 'd/e/a.c', true],
    ['/e/**/a.c', 'd/e/b.c', false],
    ['/e/**', 'd/e/f', true],
    ['/e/**/d/**/a', 'x/d/a', true],
    ['/e/**/**/a', 'a', true],
    ['/e/**/d/*', 'd/d/d', true],
  ])('%s matches %s: %s', (pattern, path, expected) => {
    expect(matches(createFileGlob(pattern), path)).toBe(expected);
  });

  it('enters no folder in which nothing can match', () => {
    const glob = createFileGlob('/e/a*/b');
    expect(glob.leadsOn(placeOf(glob, 'about'))).toBe(true);
    expect(glob.leadsOn(placeOf(glob, 'c'))).toBe(false);
    expect(glob.leadsOn(placeOf(glob, 'about/b'))).toBe(false);
  });

  it('of a folder is all that is in it, or what lies in it directly', () => {
    expect(matches(createFolderGlob('/e', true), 'd/e/f')).toBe(true);
    expect(matches(createFolderGlob('/e', false), 'f')).toBe(true);
    expect(matches(createFolderGlob('/e', false), 'd/f')).toBe(false);
  });

  it('has few places, however often ** is written', () => {
    const glob = createFileGlob(`/e/${'**/'.repeat(50)}a`);
    expect(placeOf(glob, 'x/'.repeat(200)).length).toBeLessThan(60);
  });
});

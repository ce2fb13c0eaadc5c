import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupOf, httpUrl, resourceOf } from '../../../src/observers/http-url.ts';

const read = httpUrl();

describe('the url of a target', () => {
  it('is kept as it is written', () => {
    expect(read('HTTPS://Shop/#/login')).toBe('HTTPS://Shop/#/login');
  });

  it.each([
    ['shop.example.com/health', 'must be a URL'],
    ['', 'must be a URL'],
    ['ftp://shop/', 'must start with http:// or https://, not "ftp:"'],
    ['https://anna@shop/', 'must not carry a user name or password'],
    ['https://:secret@shop/', 'must not carry a user name or password'],
  ])('refuses "%s"', (written, problem) => {
    expect(() => read(written)).toThrow(problem);
  });

  it('does not repeat a password that it refuses', () => {
    expect(() => read('https://anna:s3cret@shop/')).toThrow(expect.not.stringContaining('s3cret'));
  });
});

it.each([
  ['http://shop', 'shop:80'],
  ['https://shop/x', 'shop:443'],
  ['http://shop:8080', 'shop:8080'],
  ['http://[::1]:8080/', '[::1]:8080'],
])('groups %s under %s', (url, group) => {
  expect(groupOf(url)).toBe(group);
});

it('spells a resource in one way only', () => {
  expect(resourceOf('HTTP://Shop:80/a/./b#c')).toBe('http://shop/a/b');
  fc.assert(
    fc.property(fc.webUrl({ withFragments: true }), (url) => resourceOf(resourceOf(url)) === resourceOf(url)),
  );
});

import { describe, expect, it } from 'vitest';
import type { HttpMethod, HttpRequest } from '../../../src/observers/http-message.ts';
import { followRedirect, redirectOf } from '../../../src/observers/redirect.ts';

const request: HttpRequest = {
  url: 'https://shop/a/b?c',
  method: 'GET',
  headers: { authorization: 'Bearer x' },
  redirects: 2,
  maxBodyBytes: 10,
};
const follow = (status: number, location: string, method: HttpMethod = 'GET') =>
  followRedirect({ ...request, method }, { kind: 'redirected', status, location });

describe('an answer redirects', () => {
  it.each([301, 302, 303, 307, 308])('with status %i and a location', (status) => {
    expect(redirectOf(status, { location: '/x' })).toEqual({ kind: 'redirected', status, location: '/x' });
  });

  it('not with another status, nor without a location', () => {
    expect(redirectOf(200, { location: '/x' })).toBeUndefined();
    expect(redirectOf(304, { location: '/x' })).toBeUndefined();
    expect(redirectOf(302, {})).toBeUndefined();
  });
});

describe('the request that follows', () => {
  it.each([
    ['c', 'https://shop/a/c'],
    ['/c', 'https://shop/c'],
    ['//other/c', 'https://other/c'],
    ['http://shop/', 'http://shop/'],
  ])('goes to where %s leads', (location, url) => {
    expect(follow(302, location)?.url).toBe(url);
  });

  it('may follow one redirect less', () => {
    expect(follow(302, '/')?.redirects).toBe(1);
  });

  it('keeps its headers on the same origin only', () => {
    expect(follow(302, '/c')?.headers).toEqual(request.headers);
    for (const location of ['//other/', 'http://shop/', 'https://shop:444/']) {
      expect(follow(302, location)?.headers).toEqual({});
    }
  });

  it.each<[number, HttpMethod, HttpMethod]>([
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'POST', 'GET'],
    [307, 'POST', 'POST'],
    [308, 'POST', 'POST'],
    [303, 'OPTIONS', 'GET'],
    [302, 'OPTIONS', 'OPTIONS'],
    [303, 'HEAD', 'HEAD'],
    [301, 'HEAD', 'HEAD'],
    [302, 'GET', 'GET'],
  ])('after %i to %s is a %s', (status, method, next) => {
    expect(follow(status, '/', method)?.method).toBe(next);
  });

  it.each(['ftp://shop/', 'javascript:1', 'http://', 'https://[::'])('does not go to %s', (location) => {
    expect(follow(302, location)).toBeUndefined();
  });
});

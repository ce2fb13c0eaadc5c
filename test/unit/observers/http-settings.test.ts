import { describe, expect, it } from 'vitest';
import { http } from '../../../src/observers/http.ts';
import { readWritten, settingsOf } from '../../contract/observer/settings-of.ts';

const url = 'http://shop/';
const check = (written: Readonly<Record<string, string>>) =>
  http.check?.(settingsOf(http, { url, ...written }));

it('needs only a url', () => {
  expect(settingsOf(http, { url })).toEqual({
    url,
    method: 'GET',
    header: {},
    headers: [],
    json: {},
    body: 'none',
    redirects: 0,
    max_body: 1_048_576,
  });
  expect(check({})).toBeUndefined();
});

it('gives settings that travel as JSON', () => {
  const settings = settingsOf(http, { url, 'json.version': '/v', headers: 'Server, ETag', max_body: '1KiB' });
  expect(JSON.parse(JSON.stringify(settings))).toEqual(settings);
  expect(settings).toMatchObject({ headers: ['server', 'etag'], json: { version: '/v' }, max_body: 1024 });
});

it.each([
  ['method', 'get', 'must be one of GET, HEAD, OPTIONS, POST'],
  ['redirects', '21', 'must be a whole number from 0 to 20'],
  ['headers', 'x y', 'must be names of headers'],
  ['header.x', 'a\r\nhost: evil', 'must be one line'],
  ['max_body', '1GB', 'must be a size'],
  ['json.version', 'version', 'must be a JSON pointer'],
])('refuses %s = %s', (key, value, problem) => {
  const { findings } = readWritten(http, { url, [key]: value });
  expect(findings.map(({ message }) => message)).toEqual([expect.stringContaining(problem)]);
});

describe('across settings', () => {
  it.each([
    [{ 'json.status': '/status' }, '"json.status" has the name of another fact'],
    [{ 'json.header.etag': '/etag', headers: 'ETag' }, '"json.header.etag" has the name of another fact'],
    [{ 'json.body': '/body', body: 'hash' }, '"json.body" has the name of another fact'],
    [{ method: 'HEAD', body: 'hash' }, 'the answer to HEAD has no body'],
    [{ method: 'HEAD', 'json.version': '/version' }, 'the answer to HEAD has no body'],
    [{ 'header.x y': '1' }, '"header.x y" is not a header\'s name'],
    [{ 'header.Transfer-Encoding': 'chunked' }, 'is written by the client itself'],
    [{ 'header.accept': 'a', 'header.Accept': 'b' }, 'is written twice'],
  ])('refuses %j', (written, problem) => {
    expect(check(written)).toContain(problem);
  });

  it('leaves names free that no fact has', () => {
    expect(check({ 'json.body': '/body', 'json.header.etag': '/etag' })).toBeUndefined();
  });
});

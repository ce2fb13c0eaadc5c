import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createObservable, type Observable } from '../../../src/observable/observable.ts';
import { observerKinds } from '../../../src/observers/kinds.ts';
import { settingsOf } from '../../contract/observer/settings-of.ts';

let observable: Observable;
let url: string;

beforeEach(async () => {
  observable = createObservable();
  url = await observable.listen(0);
});
afterEach(() => observable.close());

const observe = async (name: 'http' | 'openapi', path: string) => {
  const kind = observerKinds.get(name)!;
  const options = { signal: new AbortController().signal, timeoutMs: 5000, now: Date.now };
  return (await kind.observe(settingsOf(kind, { url: url + path }), options)).facts;
};
const post = (path: string) => fetch(url + path, { method: 'POST' });

it('tells the story of the demo to its observers', async () => {
  expect(await observe('http', '/health')).toEqual({ status: 200, version: '1.4.0' });
  expect(await observe('openapi', '/openapi.json')).toMatchObject({ operations: 7, title: 'shop-api' });
  await post('/switch/down');
  expect(await observe('http', '/health')).toEqual({ status: 503, version: '1.4.0' });
  await post('/switch/api');
  const { 'DELETE /orders/{id}': removed, 'POST /refunds': added } = await observe(
    'openapi',
    '/openapi.json',
  );
  expect([removed, added]).toEqual([undefined, expect.any(String)]);
  await post('/switch/version');
  expect(await observe('http', '/health')).toEqual({ status: 503, version: '1.5.0' });
  await post('/switch/up');
  expect(await observe('http', '/health')).toEqual({ status: 200, version: '1.5.0' });
  await post('/switch/reset');
  expect(await observe('http', '/health')).toEqual({ status: 200, version: '1.4.0' });
});

it('can be switched without a request', async () => {
  observable.turn('down');
  expect(observable.shown.status).toBe('down');
  expect(await observe('http', '/health')).toMatchObject({ status: 503 });
});

describe('over HTTP', () => {
  it('lists on its front page what there is, and all of it is there', async () => {
    const front = (await (await fetch(`${url}/`)).json()) as {
      pages: string[];
      switches: Record<string, string>;
    };
    for (const page of front.pages) expect((await fetch(url + page)).status).toBe(200);
    for (const entry of Object.keys(front.switches)) {
      const [method, path] = entry.split(' ') as [string, string];
      expect((await fetch(url + path, { method })).ok).toBe(true);
    }
  });

  it('answers a switch with nothing to read', async () => {
    const response = await post('/switch/down');
    expect([response.status, await response.text()]).toEqual([204, '']);
  });

  it('is switched by POST only', async () => {
    const response = await fetch(`${url}/switch/down`);
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    expect(observable.shown.status).toBe('ok');
  });

  it.each(['/nothing', '/switch/', '/switch/toString', '/toString'])('has nothing at %s', async (path) => {
    expect((await post(path)).status).toBe(404);
  });
});

it('says what to do when its port is taken', async () => {
  const second = createObservable();
  await expect(second.listen(Number(new URL(url).port))).rejects.toMatchObject({
    code: 'io.failed',
    hint: expect.stringContaining('another port'),
  });
});

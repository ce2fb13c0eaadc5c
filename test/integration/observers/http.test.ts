import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { Observation } from '../../../src/model/observation.ts';
import { http } from '../../../src/observers/http.ts';
import * as servers from '../../contract/observer/servers.ts';
import { settingsOf } from '../../contract/observer/settings-of.ts';

const opened: servers.TestServer[] = [];
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
});

async function open(...behaviour: Parameters<typeof servers.serve>): Promise<servers.TestServer> {
  const server = await servers.serve(...behaviour);
  opened.push(server);
  return server;
}

async function observe(
  behaviour: Parameters<typeof servers.serve>[0],
  written: Readonly<Record<string, string>> = {},
): Promise<Observation> {
  const { url } = await open(behaviour);
  return look(url, written);
}

const look = (url: string, written: Readonly<Record<string, string>> = {}) =>
  http.observe(settingsOf(http, { url, ...written }), {
    signal: new AbortController().signal,
    timeoutMs: 5000,
    now: Date.now,
  });

const { ok, answer } = servers;
const document = JSON.stringify({ version: '1.4.0', checks: { database: 'up' }, uptime: 12 });

describe('the body', () => {
  it('gives its version without being asked', async () => {
    expect((await observe(answer([ok], document))).facts).toEqual({ status: 200, version: '1.4.0' });
  });

  it.each(['', 'ok', '[1]', '{"version":{"major":1}}', '"1.4.0"', '{"version":'])(
    'gives no version when it is %j',
    async (body) => {
      expect((await observe(answer([ok], body))).facts).toEqual({ status: 200 });
    },
  );

  it('gives what is asked of it, and null where it has none', async () => {
    const written = { 'json.db': '/checks/database', 'json.checks': '/checks', 'json.gone': '/gone' };
    expect((await observe(answer([ok], document), written)).facts).toEqual({
      status: 200,
      db: 'up',
      checks: expect.stringMatching(/^[0-9a-f]{12}$/),
      gone: null,
    });
    expect((await observe(answer([ok], 'no JSON'), written)).facts).toMatchObject({ db: null });
  });

  it('is told by its digest', async () => {
    expect((await observe(answer([ok], ''), { body: 'hash' })).facts).toEqual({
      status: 200,
      body: 'e3b0c44298fc',
    });
  });

  it('is the same when a server compresses it unasked', async () => {
    const compressed = await observe(answer([ok, 'content-encoding: GZIP'], gzipSync(document)), {
      body: 'hash',
    });
    expect(compressed.facts).toEqual((await observe(answer([ok], document), { body: 'hash' })).facts);
    expect(compressed.measures).toMatchObject({ size_bytes: document.length });
  });

  it('may be missing from an answer that says how it would be compressed', async () => {
    const head = (lines: string[]) => answer([...lines, 'content-encoding: gzip']);
    expect((await observe(head([ok]), { method: 'HEAD' })).facts).toEqual({ status: 200 });
    expect((await observe(head(['HTTP/1.1 304 Not Modified']))).facts).toEqual({ status: 304 });
  });

  it('of 100 MB is read no further than the limit, and no problem when nothing is asked of it', async () => {
    const server = await open(servers.sends100Megabytes);
    const { outcome, facts, measures } = await look(server.url);
    expect(outcome).toEqual({ kind: 'observed' });
    expect(facts).toEqual({ status: 200 });
    expect(measures).toEqual({ latency_ms: expect.any(Number) });
    // The limit of 1 MiB, and what the kernel holds for both ends of a socket.
    expect(server.sentBytes()).toBeLessThan(20_000_000);
  });

  it('that unpacks without end takes no more memory than the limit', async () => {
    const before = process.memoryUsage().arrayBuffers;
    const observations = Array.from({ length: 5 }, () =>
      observe(servers.sendsACompressedBomb, { body: 'hash' }),
    );
    for (const { outcome } of await Promise.all(observations))
      expect(outcome).toMatchObject({ reason: 'too-large' });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64_000_000);
  });
});

describe('headers', () => {
  it('that are chosen are facts, null when absent, joined when repeated', async () => {
    const behaviour = answer([ok, 'Server: shop', 'Via: a', 'Via: b', 'Date: today']);
    expect((await observe(behaviour, { headers: 'server, Via, etag' })).facts).toEqual({
      status: 200,
      'header.server': 'shop',
      'header.via': 'a, b',
      'header.etag': null,
    });
  });

  it('are sent as written, over defaults of our own', async () => {
    let request = '';
    const behaviour: Parameters<typeof servers.serve>[0] = (socket, head) => {
      request = head.toLowerCase();
      answer([ok])(socket, head);
    };
    await observe(behaviour, {
      'header.Authorization': 'Bearer x',
      'header.user-agent': 'me',
      method: 'POST',
    });
    for (const line of ['post / http/1.1', 'authorization: bearer x', 'user-agent: me', 'accept: */*']) {
      expect(request).toContain(`${line}\r\n`);
    }
    expect(request).toContain('accept-encoding: identity\r\n');
    expect(request).toContain('connection: close\r\n');
  });
});

describe('redirects', () => {
  it('are the fact when none is to be followed', async () => {
    expect((await observe(servers.redirectsForEver)).facts).toEqual({ status: 302 });
  });

  it('are followed as far as they may be', async () => {
    const behaviour: Parameters<typeof servers.serve>[0] = (socket, head) =>
      head.startsWith('GET /there ')
        ? answer([ok], document)(socket, head)
        : answer(['HTTP/1.1 308 Permanent Redirect', 'location: there'])(socket, head);
    const observation = await observe(behaviour, { redirects: '1' });
    expect(observation.facts).toEqual({ status: 200, version: '1.4.0' });
    expect(observation.resource).toMatch(/:\d+\/$/);
  });

  it('without a place to go are an answer', async () => {
    expect((await observe(answer(['HTTP/1.1 302 Found']), { redirects: '3' })).facts).toEqual({
      status: 302,
    });
  });

  it('carry no header to another host', async () => {
    let request = '';
    const there = await open((socket, head) => {
      request = head;
      answer([ok])(socket, head);
    });
    await observe(answer(['HTTP/1.1 302 Found', `location: ${there.url}`]), {
      redirects: '1',
      'header.authorization': 'Bearer x',
    });
    expect(request).toMatch(/^GET \/ /);
    expect(request).not.toContain('Bearer');
  });
});

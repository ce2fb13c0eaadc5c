import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Facts, Outcome } from '../../../src/model/observation.ts';
import { look } from '../../../src/observers/look.ts';
import type { ObserverKind, ObserverSettings } from '../../../src/observers/observer.ts';
import { requestSettings } from '../../../src/observers/request-settings.ts';

const url = 'http://shop.example/';
const token = 'hunter2-hunter2';
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'look-'));
  writeFileSync(join(folder, 'token'), `${token}\n`);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a look', () => {
  it('fills in the secrets for as long as it takes', async () => {
    const { kind, asked } = mirror({});
    await lookAt(kind, `Bearer ${'$'}{file:token}`);
    expect(asked).toEqual([{ url, header: { x: `Bearer ${token}`, accept: '*/*' } }]);
  });

  it('reads a secret each time', async () => {
    const { kind, asked } = mirror({});
    await lookAt(kind, `${'$'}{file:token}`);
    writeFileSync(join(folder, 'token'), 'another one');
    await lookAt(kind, `${'$'}{file:token}`);
    expect(asked.map(({ header }) => (header as Record<string, string>)['x'])).toEqual([
      token,
      'another one',
    ]);
  });

  it('takes out again whatever echoes a secret, and nothing else', async () => {
    const facts = { status: 200, echo: `Bearer ${token}!`, [`GET /${token}`]: 'f00', other: 'hunter' };
    const outcome = { kind: 'unreachable', reason: 'protocol', detail: `bad header ${token}` } as const;
    const observation = await lookAt(mirror(facts, outcome).kind, `${'$'}{file:token}`);
    expect(JSON.stringify(observation)).not.toContain(token);
    expect(observation).toMatchObject({
      outcome: { detail: `bad header ${'$'}{file:token}` },
      facts: {
        status: 200,
        echo: `Bearer ${'$'}{file:token}!`,
        [`GET /${'$'}{file:token}`]: 'f00',
        other: 'hunter',
      },
    });
  });

  it('knows a number that is the secret, and leaves one that only has its digits', async () => {
    writeFileSync(join(folder, 'token'), '1234');
    const { facts } = await lookAt(mirror({ pin: 1234, size: 212345 }).kind, `${'$'}{file:token}`);
    expect(facts).toEqual({ pin: `${'$'}{file:token}`, size: 212345 });
  });

  it.each([
    ['is not there', `${'$'}{file:nothing}`, /\$\{file:nothing\} is not there/],
    ['is not set', `${'$'}{env:POLAR_TEST_UNSET}`, /\$\{env:POLAR_TEST_UNSET\} is not set/],
    ['is no file', `${'$'}{file:.}`, /\$\{file:\.\} is no file/],
  ])('asks nothing when a secret %s, and says which', async (_, written, detail) => {
    const { kind, asked } = mirror({});
    const { outcome, resource, time } = await lookAt(kind, written);
    expect(asked).toEqual([]);
    expect({ outcome, resource, time }).toEqual({
      outcome: { kind: 'unreachable', reason: 'unreadable', detail: expect.stringMatching(detail) },
      resource: url,
      time: 7,
    });
  });

  it('does not repeat a secret that cannot be sent', async () => {
    writeFileSync(join(folder, 'token'), 'two\nlines');
    const { kind, asked } = mirror({});
    const observation = await lookAt(kind, `${'$'}{file:token}`);
    expect(asked).toEqual([]);
    expect(observation.outcome).toMatchObject({
      reason: 'unreadable',
      detail: expect.stringContaining('header.x'),
    });
    expect(JSON.stringify(observation)).not.toContain('lines');
  });
});

function lookAt(kind: ObserverKind, header: string) {
  const signal = new AbortController().signal;
  const settings = { url, header: { x: header, accept: '*/*' } };
  return look(kind, settings, { signal, timeoutMs: 1000, now: () => 7, secretsDir: folder });
}

/** Tells what it was asked with. */
function mirror(facts: Facts, outcome: Outcome = { kind: 'observed' }) {
  const asked: ObserverSettings[] = [];
  const kind: ObserverKind = {
    kind: 'mirror',
    settings: requestSettings(1024),
    shorthand: { key: 'url', example: url, every: '30s', expect: () => ({}) },
    resource: (settings) => String(settings['url']),
    group: () => 'shop.example:80',
    observe(settings, { now }) {
      asked.push(settings);
      return Promise.resolve({ outcome, facts, measures: {}, resource: url, time: now() });
    },
  };
  return { kind, asked };
}

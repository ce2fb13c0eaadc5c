import { afterEach, describe, expect, it } from 'vitest';
import type { UnreachableReason } from '../../../src/model/observation.ts';
import { createObservable } from '../../../src/observable/observable.ts';
import type { ObserverKind } from '../../../src/observers/observer.ts';
import type { Place, Subject } from '../observer.ts';
import * as servers from './servers.ts';
import { settingsOf } from './settings-of.ts';

export interface HttpSubject {
  readonly kind: ObserverKind;
  /** A body that the kind can read. */
  readonly healthyBody: string;
  /** Settings with which the kind needs the whole body. */
  readonly needsBody: Readonly<Record<string, string>>;
}

const faults: readonly (readonly [string, UnreachableReason, () => Promise<servers.TestServer>])[] = [
  ['a server that drips a byte at a time', 'timeout', () => servers.serve(servers.drips)],
  [
    'a server that never ends the TLS handshake',
    'timeout',
    () => asHttps(servers.serve(servers.neverAnswers)),
  ],
  ['a server that closes without an answer', 'reset', () => servers.serve(servers.closesWithoutAnAnswer)],
  ['a server that resets the connection in the body', 'reset', () => servers.serve(servers.resetsMidBody)],
  ['a server that ends the connection in the body', 'reset', () => servers.serve(servers.endsMidBody)],
  [
    'a server that shows a certificate nobody vouches for',
    'tls',
    () => servers.serve(servers.neverAnswers, 'https'),
  ],
  ['a server that redirects for ever', 'too-many-redirects', () => servers.serve(servers.redirectsForEver)],
  [
    'a server that redirects to another protocol',
    'protocol',
    () => servers.serve(servers.redirectsElsewhere),
  ],
  [
    'a server that speaks something else than HTTP',
    'protocol',
    () => servers.serve(servers.speaksSomethingElse),
  ],
  ['a server that sends headers without end', 'protocol', () => servers.serve(servers.sendsEndlessHeaders)],
  [
    'a server that calls compressed what is not',
    'protocol',
    () => servers.serve(servers.liesAboutCompression),
  ],
  [
    'a server that cuts a compressed body short',
    'protocol',
    () => servers.serve(servers.truncatesCompression),
  ],
  ['a server that sends 100 MB', 'too-large', () => servers.serve(servers.sends100Megabytes)],
  ['a server that sends a compressed bomb', 'too-large', () => servers.serve(servers.sendsACompressedBomb)],
];

/** What the shared suite has to know of a kind that asks over HTTP. */
export function httpSubject({ kind, healthyBody, needsBody }: HttpSubject): Subject {
  const placeOf = async (opened: Promise<servers.TestServer>): Promise<Place> => {
    const { url, close } = await opened;
    return { settings: { url, redirects: '3', max_body: '64KiB', ...needsBody }, close };
  };
  return {
    kind,
    healthy: () => placeOf(servers.serve(servers.answer([servers.ok], healthyBody))),
    measures: ['latency_ms', 'size_bytes'],
    slow: () => placeOf(servers.serve(servers.neverAnswers)),
    faults: faults.map(([fault, reason, start]) => [fault, reason, () => placeOf(start())]),
    identity: {
      settings: { url: 'HTTPS://Shop.Example.com:443/a/../b?c=d#e' },
      group: 'shop.example.com:443',
      resource: 'https://shop.example.com/b?c=d',
    },
  };
}

/** What every kind that asks over HTTP keeps besides. */
export function describeHttpObserver({ kind, healthyBody, needsBody }: HttpSubject): void {
  describe(`observer ${kind.kind}, over HTTP,`, () => {
    let opened: servers.TestServer | undefined;
    const open = async (server: Promise<servers.TestServer>) => {
      opened = await server;
      return opened;
    };
    afterEach(async () => {
      await opened?.close();
      opened = undefined;
    });

    const observe = (url: string, timeoutMs: number) =>
      kind.observe(settingsOf(kind, { url, redirects: '3', max_body: '64KiB', ...needsBody }), {
        signal: new AbortController().signal,
        timeoutMs,
        now: Date.now,
      });

    it('opens a connection of its own for each observation', async () => {
      const server = await open(servers.serve(servers.answer([servers.ok], healthyBody)));
      await observe(server.url, 5000);
      await observe(server.url, 5000);
      expect(server.connections()).toBe(2);
    });

    it('says "refused" of a closed port', async () => {
      const { url, close } = await servers.serve(servers.neverAnswers);
      await close();
      expect((await observe(url, 5000)).outcome).toMatchObject({ reason: 'refused' });
    });

    it('says "unresolvable" of a name that does not exist', async () => {
      expect((await observe('http://x.invalid/', 30_000)).outcome).toMatchObject({ reason: 'unresolvable' });
    }, 40_000);

    it('says "tls" of a server without it', async () => {
      const plain = createObservable();
      const url = await plain.listen(0);
      expect((await observe(url.replace('http:', 'https:'), 5000)).outcome).toMatchObject({ reason: 'tls' });
      await plain.close();
    });

    it('does not turn verification off when the environment does', async () => {
      const { url } = await open(servers.serve(servers.answer([servers.ok], healthyBody), 'https'));
      process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
      try {
        expect((await observe(url, 5000)).outcome).toMatchObject({ reason: 'tls' });
      } finally {
        delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      }
    });
  });
}

async function asHttps(server: Promise<servers.TestServer>): Promise<servers.TestServer> {
  const opened = await server;
  return { ...opened, url: opened.url.replace('http:', 'https:') };
}

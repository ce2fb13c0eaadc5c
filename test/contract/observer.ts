import { afterEach, describe, expect, it } from 'vitest';
import type { UnreachableReason } from '../../src/model/observation.ts';
import { createObservable } from '../../src/observable/observable.ts';
import type { ObserverKind } from '../../src/observers/observer.ts';
import * as servers from './observer/servers.ts';
import { settingsOf } from './observer/settings-of.ts';

export interface Subject {
  readonly kind: ObserverKind;
  /** A body that the kind can read. */
  readonly healthyBody: string;
  /** Settings with which the kind needs the whole body. */
  readonly needsBody: Readonly<Record<string, string>>;
}

const faults: readonly (readonly [string, UnreachableReason, () => Promise<servers.TestServer>])[] = [
  ['never answers', 'timeout', () => servers.serve(servers.neverAnswers)],
  ['drips a byte at a time', 'timeout', () => servers.serve(servers.drips)],
  ['never ends the TLS handshake', 'timeout', () => asHttps(servers.serve(servers.neverAnswers))],
  ['closes without an answer', 'reset', () => servers.serve(servers.closesWithoutAnAnswer)],
  ['resets the connection in the body', 'reset', () => servers.serve(servers.resetsMidBody)],
  ['ends the connection in the body', 'reset', () => servers.serve(servers.endsMidBody)],
  ['shows a certificate nobody vouches for', 'tls', () => servers.serve(servers.neverAnswers, 'https')],
  ['redirects for ever', 'too-many-redirects', () => servers.serve(servers.redirectsForEver)],
  ['redirects to another protocol', 'protocol', () => servers.serve(servers.redirectsElsewhere)],
  ['speaks something else than HTTP', 'protocol', () => servers.serve(servers.speaksSomethingElse)],
  ['sends headers without end', 'protocol', () => servers.serve(servers.sendsEndlessHeaders)],
  ['calls compressed what is not', 'protocol', () => servers.serve(servers.liesAboutCompression)],
  ['cuts a compressed body short', 'protocol', () => servers.serve(servers.truncatesCompression)],
  ['sends 100 MB', 'too-large', () => servers.serve(servers.sends100Megabytes)],
  ['sends a compressed bomb', 'too-large', () => servers.serve(servers.sendsACompressedBomb)],
];

/** What every kind of observer keeps, whatever it observes (`ObserverKind`). */
export function describeObserver({ kind, healthyBody, needsBody }: Subject): void {
  describe(`observer ${kind.kind}`, () => {
    let opened: servers.TestServer | undefined;
    const open = async (server: Promise<servers.TestServer>) => {
      opened = await server;
      return opened;
    };
    afterEach(async () => {
      await opened?.close();
      opened = undefined;
    });

    const observe = (url: string, timeoutMs: number, signal = new AbortController().signal) =>
      kind.observe(settingsOf(kind, { url, redirects: '3', max_body: '64KiB', ...needsBody }), {
        signal,
        timeoutMs,
        now: () => 1_700_000_000_000,
      });

    it('brings flat facts and measures of a healthy target, as JSON can carry them', async () => {
      const { url } = await open(servers.serve(servers.answer([servers.ok], healthyBody)));
      const observation = await observe(url, 5000);
      expect(observation).toMatchObject({
        outcome: { kind: 'observed' },
        resource: url,
        time: 1_700_000_000_000,
        measures: { latency_ms: expect.any(Number), size_bytes: Buffer.byteLength(healthyBody) },
      });
      for (const fact of Object.values(observation.facts)) expect(Object(fact)).not.toBe(fact);
      expect(JSON.parse(JSON.stringify(observation))).toEqual(observation);
    });

    it('brings the same facts when nothing has changed', async () => {
      const { url } = await open(servers.serve(servers.answer([servers.ok], healthyBody)));
      expect((await observe(url, 5000)).facts).toEqual((await observe(url, 5000)).facts);
    });

    it('opens a connection of its own for each observation', async () => {
      const server = await open(servers.serve(servers.answer([servers.ok], healthyBody)));
      await observe(server.url, 5000);
      await observe(server.url, 5000);
      expect(server.connections()).toBe(2);
    });

    for (const [fault, reason, start] of faults) {
      it(`says "${reason}" of a target that ${fault}, within the deadline`, async () => {
        const { url } = await open(start());
        const timeoutMs = reason === 'timeout' ? 200 : 4000;
        const startedAt = performance.now();
        const { outcome, facts } = await observe(url, timeoutMs);
        expect(outcome).toEqual({ kind: 'unreachable', reason, detail: expect.stringMatching(/./) });
        expect(facts).toEqual({});
        expect(performance.now() - startedAt).toBeLessThan(timeoutMs + 800);
      });
    }

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

    it('rejects with the reason of its signal, and blames no target for it', async () => {
      const { url } = await open(servers.serve(servers.neverAnswers));
      const stop = new AbortController();
      const observation = observe(url, 60_000, stop.signal);
      stop.abort(new Error('the worker stops'));
      await expect(observation).rejects.toThrow('the worker stops');
      await expect(observe(url, 60_000, stop.signal)).rejects.toThrow('the worker stops');
    });

    it('names its group by host and port, and its resource by a canonical URI', () => {
      const settings = settingsOf(kind, { url: 'HTTPS://Shop.Example.com:443/a/../b?c=d#e' });
      expect(kind.group(settings)).toBe('shop.example.com:443');
      expect(kind.resource(settings)).toBe('https://shop.example.com/b?c=d');
    });
  });
}

async function asHttps(server: Promise<servers.TestServer>): Promise<servers.TestServer> {
  const opened = await server;
  return { ...opened, url: opened.url.replace('http:', 'https:') };
}

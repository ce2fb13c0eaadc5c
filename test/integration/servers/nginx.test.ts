import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority, selfSigned } from './certificates.ts';
import { isNginxInstalled, type Nginx, startNginx } from './nginx.ts';
import { startWatcher, type Watcher } from './watcher.ts';

/** What a deadline may be passed by on a busy machine. */
const graceMs = 5000;

// `.ci/run` sees to it that there is one, so that this is never passed over where it counts.
describe.skipIf(!isNginxInstalled())('a real server', () => {
  let folder: string;
  let nginx: Nginx;
  let watcher: Watcher;
  let silent: Server;
  let ca: string;
  /** Of a watcher that has looked once at something small. */
  let restingBytes: number;
  const connections = new Set<Socket>();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'polar-nginx-'));
    silent = createServer((socket) => {
      connections.add(socket);
      socket.on('error', () => {}).resume();
    });
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { port: number };
    writeRoot(join(folder, 'root'));
    const authority = createAuthority(folder);
    ca = authority.cert;
    const good = authority.issue('good', ['DNS:localhost', 'IP:127.0.0.1'], 90);
    const hello = 'location / { return 200 hello; }';
    nginx = await startNginx(folder, {
      plain: {
        directives: `
          location /loop { return 302 /loop/again; }
          location /silent { proxy_pass http://127.0.0.1:${port}; proxy_read_timeout 10m; }
          location /drip { limit_rate 1; alias ${folder}/root/drip; }
          location /huge { }
          location /bomb { add_header Content-Encoding gzip; }`,
      },
      good: { pair: good, directives: `location / { return 200 '{"version":"1.4.0"}'; }` },
      'expiring soon': {
        pair: authority.issue('soon', ['DNS:localhost', 'IP:127.0.0.1'], 5),
        directives: hello,
      },
      'of another name': { pair: authority.issue('other', ['DNS:other.example'], 90), directives: hello },
      'self-signed': {
        pair: selfSigned(folder, 'self', 'localhost', ['DNS:localhost', 'IP:127.0.0.1']),
        directives: hello,
      },
      'of TLS 1.1': {
        pair: good,
        directives: `ssl_protocols TLSv1.1; ssl_ciphers DEFAULT:@SECLEVEL=0; ${hello}`,
      },
      'of TLS 1.2': { pair: good, directives: `ssl_protocols TLSv1.2; ${hello}` },
    });
    watcher = startWatcher(authority.cert);
    restingBytes = (await lookAtUrl(`https://${hostOf('good')}/`)).peakBytes;
  }, 60_000);

  afterAll(async () => {
    await watcher?.close();
    await nginx?.close();
    for (const socket of connections) socket.destroy();
    await new Promise((resolve) => silent.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  const hostOf = (site: string) => nginx.hosts.get(site) as string;
  const lookAtTls = (site: string, written: Readonly<Record<string, string>> = {}) =>
    watcher.look('tls', { host: hostOf(site), ca, ...written });
  const lookAtUrl = (url: string, timeoutMs?: number) =>
    watcher.look('http', { url, body: 'hash' }, timeoutMs);

  describe('seen by its handshake', () => {
    it('is known by its certificate', async () => {
      const { observation } = await lookAtTls('good');
      expect(observation).toMatchObject({
        outcome: { kind: 'observed' },
        resource: `tls://${hostOf('good')}`,
        facts: {
          chain: 'valid',
          protocol: 'TLSv1.3',
          issuer: 'CN=Test Authority, O=Polar Test',
          names: '127.0.0.1, localhost',
          not_after: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
          fingerprint: expect.stringMatching(/^[0-9a-f]{12}$/),
        },
        measures: { days_left: 89, latency_ms: expect.any(Number) },
      });
    });

    it('shows how few days its certificate has left', async () => {
      const { facts, measures } = (await lookAtTls('expiring soon')).observation;
      expect(facts).toMatchObject({ chain: 'valid' });
      expect(measures).toMatchObject({ days_left: 4 });
    });

    it.each([
      ['of another name', 'wrong-name'],
      ['self-signed', 'self-signed'],
    ])('%s has a chain that is %s, and all other facts', async (site, chain) => {
      const { outcome, facts } = (await lookAtTls(site)).observation;
      expect(outcome).toEqual({ kind: 'observed' });
      expect(facts).toMatchObject({ chain, protocol: 'TLSv1.3', not_after: expect.any(String) });
    });

    it('has the name that it is asked for', async () => {
      const { facts } = (await lookAtTls('of another name', { server_name: 'other.example' })).observation;
      expect(facts).toMatchObject({ chain: 'valid', names: 'other.example' });
    });

    it('has an unknown issuer for whoever does not know its authority', async () => {
      const host = hostOf('of TLS 1.2');
      const own = join(folder, 'self.pem');
      const { facts } = (await watcher.look('tls', { host, ca: own })).observation;
      expect(facts).toMatchObject({ chain: 'unknown-issuer', protocol: 'TLSv1.2' });
    });

    it('of TLS 1.1 only is unreachable, unless the policy puts up with that', async () => {
      const refused = (await lookAtTls('of TLS 1.1')).observation;
      expect(refused.outcome).toMatchObject({ reason: 'tls' });
      const { facts } = (await lookAtTls('of TLS 1.1', { min_version: 'TLSv1' })).observation;
      expect(facts).toMatchObject({ chain: 'valid', protocol: 'TLSv1.1' });
    });

    it('without TLS is unreachable', async () => {
      expect((await lookAtTls('plain')).observation.outcome).toMatchObject({ reason: 'tls' });
    });

    it('that accepts and says nothing is a timeout', async () => {
      const { port } = silent.address() as { port: number };
      const look = await watcher.look('tls', { host: `127.0.0.1:${port}` }, 500);
      expect(look.observation.outcome).toMatchObject({ reason: 'timeout' });
      expect(look.tookMs).toBeLessThan(500 + graceMs);
    });
  });

  describe('seen over HTTPS', () => {
    it('is observed when its certificate is good', async () => {
      const { facts } = (await lookAtUrl(`https://${hostOf('good')}/`)).observation;
      expect(facts).toMatchObject({ status: 200, version: '1.4.0' });
    });

    it.each(['of another name', 'self-signed', 'of TLS 1.1'])('%s is unreachable', async (site) => {
      const { outcome } = (await lookAtUrl(`https://${hostOf(site)}/`)).observation;
      expect(outcome).toMatchObject({ kind: 'unreachable', reason: 'tls' });
    });
  });

  describe('seen over HTTP', () => {
    it.each([
      ['accepts and never answers', '/silent', 'timeout', 500],
      ['drips a byte a second', '/drip', 'timeout', 2500],
      ['sends 100 MB', '/huge', 'too-large', 5000],
      ['sends a bomb of gzip', '/bomb', 'too-large', 5000],
    ])('that %s is told by its outcome, within the deadline', async (_, path, reason, timeoutMs) => {
      const look = await lookAtUrl(`http://${hostOf('plain')}${path}`, timeoutMs);
      expect(look.observation).toMatchObject({ outcome: { kind: 'unreachable', reason }, facts: {} });
      expect(look.tookMs).toBeLessThan(timeoutMs + graceMs);
    });

    it('that redirects in a loop is told so', async () => {
      const url = `http://${hostOf('plain')}/loop`;
      const { observation } = await watcher.look('http', { url, redirects: '5' });
      expect(observation.outcome).toMatchObject({ reason: 'too-many-redirects' });
    });
  });

  it('that is not there is told by its outcome', async () => {
    const host = hostOf('plain');
    const closed = `${host.slice(0, host.indexOf(':'))}:1`;
    for (const [kind, written] of [
      ['http', { url: `http://${closed}/` }],
      ['tls', { host: closed }],
    ] as const) {
      expect((await watcher.look(kind, written)).observation.outcome).toMatchObject({ reason: 'refused' });
    }
    for (const [kind, written] of [
      ['http', { url: 'http://nowhere.invalid/' }],
      ['tls', { host: 'nowhere.invalid' }],
    ] as const) {
      const { observation } = await watcher.look(kind, written, 20_000);
      expect(observation.outcome).toMatchObject({ reason: 'unresolvable' });
    }
  });

  it('never takes more memory than the limits allow, however often it tries', async () => {
    for (let round = 0; round < 5; round += 1) {
      for (const path of ['/huge', '/bomb']) await lookAtUrl(`http://${hostOf('plain')}${path}`);
    }
    const { peakBytes } = await lookAtUrl(`https://${hostOf('good')}/`);
    // Ten bodies, of each of which a mebibyte is read, take less than the smallest of them would.
    expect(peakBytes - restingBytes).toBeLessThan(100_000_000);
  });
});

/** 100 MB that take no room, a bomb of 300 MB in 300 kB, and a little that will take a while. */
function writeRoot(root: string): void {
  mkdirSync(root);
  writeFileSync(join(root, 'huge'), '');
  truncateSync(join(root, 'huge'), 100_000_000);
  writeFileSync(join(root, 'bomb'), gzipSync(Buffer.alloc(300_000_000)));
  writeFileSync(join(root, 'drip'), 'x'.repeat(1000));
}

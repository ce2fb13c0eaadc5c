import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect, createServer, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAuthority } from '../../../src/certificates/authority.ts';
import { createDevCertificates, type DevCertificates } from '../../../src/certificates/dev-certificates.ts';
import { writeCertificates } from '../../../src/cli/new-certificates.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'polar-certs-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const file = (name: string) => join(root, 'certs', name);
const textOf = (name: string) => readFileSync(file(name), 'utf8');

describe('certificates for development', () => {
  it('are a chain that openssl verifies, each for its own use only', async () => {
    await writeCertificates(root);
    const verify = (purpose: string, name: string) =>
      spawnSync(
        'openssl',
        ['verify', '-x509_strict', '-purpose', purpose, '-CAfile', file('ca.pem'), file(name)],
        { encoding: 'utf8' },
      );
    for (const [purpose, name] of [
      ['sslserver', 'server.pem'],
      ['sslclient', 'client.pem'],
    ] as const) {
      expect(verify(purpose, name)).toMatchObject({ status: 0, stdout: `${file(name)}: OK\n` });
    }
    expect(verify('sslclient', 'server.pem').status).not.toBe(0);
    expect(verify('sslserver', 'client.pem').status).not.toBe(0);
  });

  it('have keys that only their owner reads, and none of the authority', async () => {
    const umask = process.umask(0);
    try {
      await writeCertificates(root);
    } finally {
      process.umask(umask);
    }
    const mode = (path: string) => statSync(path).mode & 0o777;
    expect(mode(join(root, 'certs'))).toBe(0o700);
    expect(Object.fromEntries(readdirSync(file('.')).map((name) => [name, mode(file(name))]))).toEqual({
      '.gitignore': 0o644,
      'ca.pem': 0o644,
      'client.key': 0o600,
      'client.pem': 0o644,
      'server.key': 0o600,
      'server.pem': 0o644,
    });
    expect(textOf('.gitignore').split('\n')).toContain('*');
  });

  it('name who they are for, how long, and the key is theirs', async () => {
    const now = new Date('2026-03-01T12:00:00Z');
    const { ca, server, client } = await createDevCertificates('anna.example', now);
    const [authority, ofServer, ofClient] = [ca, server.cert, client.cert].map(
      (text) => new X509Certificate(text),
    );
    expect(authority?.ca).toBe(true);
    expect(ofServer?.ca).toBe(false);
    expect(ofServer?.subject).toBe('CN=localhost');
    expect(ofClient?.subject).toBe('CN=polar');
    for (const name of ['localhost', 'rabbitmq', 'anna.example'])
      expect(ofServer?.checkHost(name)).toBe(name);
    for (const ip of ['127.0.0.1', '::1']) expect(ofServer?.checkIP(ip)).toBe(ip);
    expect(ofServer?.checkHost('example.com')).toBeUndefined();
    expect([ofServer, ofClient, authority].map((one) => new Date(one?.validTo ?? '').toISOString())).toEqual([
      '2027-03-01T12:00:00.000Z',
      '2027-03-01T12:00:00.000Z',
      '2028-02-29T12:00:00.000Z',
    ]);
    expect(ofServer?.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    expect(ofServer?.serialNumber).not.toBe(ofClient?.serialNumber);
  });

  it('leave out a host name that is none', async () => {
    const { serverNames } = await createDevCertificates('my_host!', new Date());
    expect(serverNames).toEqual(['localhost', '127.0.0.1', '::1', 'rabbitmq']);
    const { serverNames: once } = await createDevCertificates('localhost', new Date());
    expect(once).toEqual(serverNames);
  });

  it('take nobody else’s place, and leave nothing half done', async () => {
    mkdirSync(join(root, 'certs'));
    writeFileSync(file('mine.pem'), 'mine');
    await expect(writeCertificates(root)).rejects.toMatchObject({
      code: 'usage.invalid',
      hint: expect.stringContaining('Move it away'),
    });
    expect(readdirSync(root)).toEqual(['certs']);
    expect(readdirSync(file('.'))).toEqual(['mine.pem']);
    rmSync(file('mine.pem'));
    await writeCertificates(root);
    expect(readdirSync(root)).toEqual(['certs']);
    await expect(writeCertificates(join(root, 'nowhere'))).rejects.toMatchObject({ code: 'io.unwritable' });
  });
});

describe('a broker and a client with them', () => {
  it('trust one another', { timeout: 60_000 }, async () => {
    const made = await createDevCertificates('anna', new Date());
    expect(await handshake(made, { cert: made.client.cert, key: made.client.key })).toEqual({
      server: 'localhost',
      client: 'polar',
    });
  });

  it('trust nobody of another authority', { timeout: 60_000 }, async () => {
    const made = await createDevCertificates('anna', new Date());
    const other = await createDevCertificates('anna', new Date());
    expect(await handshake(made, { cert: other.client.cert, key: other.client.key })).toEqual({
      byServer: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    });
    expect(await handshake(made, { ca: other.ca })).toEqual({ byClient: 'SELF_SIGNED_CERT_IN_CHAIN' });
    expect(await handshake(made, { servername: 'example.com' })).toEqual({
      byClient: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
  });

  it('do without one that has expired', { timeout: 60_000 }, async () => {
    const day = (offset: number) => new Date(Date.now() + offset * 86_400_000);
    const authority = await createAuthority('test', { from: day(-3), to: day(1) });
    const validity = { from: day(-2), to: day(-1) };
    const server = await authority.issue({
      commonName: 'old',
      use: 'server',
      names: ['localhost'],
      validity,
    });
    const made = await createDevCertificates('anna', new Date());
    expect(await handshake({ ...made, ca: authority.cert, server }, {})).toEqual({
      byClient: 'CERT_HAS_EXPIRED',
    });
  });
});

/** Who each side says that the other one is, or what the client or the server found wrong. */
async function handshake(
  { ca, server: { cert, key } }: DevCertificates,
  options: ConnectionOptions,
): Promise<{ server: string; client: string } | { byClient: unknown } | { byServer: unknown }> {
  // It looks at the client's certificate itself, for a server that refuses one does not say why.
  const server = createServer({ ca, cert, key, requestCert: true, rejectUnauthorized: false });
  let byServer: unknown;
  server.on('secureConnection', (socket) => {
    socket.on('error', () => {});
    if (!socket.authorized) byServer = socket.authorizationError;
    socket.end(String(socket.getPeerCertificate().subject.CN));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const socket: TLSSocket = connect({ host: '127.0.0.1', port, servername: 'localhost', ca, ...options });
  let named = '';
  socket.on('secureConnect', () => {
    named = String(socket.getPeerCertificate().subject.CN);
  });
  let client = '';
  let byClient: unknown;
  try {
    for await (const chunk of socket) client += String(chunk);
  } catch (error) {
    byClient = codeOf(error);
  } finally {
    socket.destroy();
    server.close();
    await once(server, 'close');
  }
  if (named === '') return { byClient };
  return byServer === undefined ? { server: named, client } : { byServer };
}

const codeOf = (error: unknown) => (error as { code?: unknown }).code;

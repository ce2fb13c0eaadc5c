import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { tls } from '../../../src/observers/tls.ts';
import { createSelfSigned, type Validity } from '../../contract/observer/self-signed.ts';
import * as servers from '../../contract/observer/servers.ts';
import { settingsOf } from '../../contract/observer/settings-of.ts';

let folder: string;
let server: servers.TestServer | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'polar-tls-'));
});
afterEach(async () => {
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Whose certificate is its own authority, and trusted. */
async function lookAt(validity: Validity, written: Readonly<Record<string, string>> = {}) {
  const pair = createSelfSigned(validity);
  const ca = join(folder, 'ca.pem');
  writeFileSync(ca, pair.cert);
  server = await servers.welcome(() => {}, 'https', pair);
  const settings = { host: new URL(server.url).host, server_name: 'localhost', ca, ...written };
  return tls.observe(settingsOf(tls, settings), {
    signal: new AbortController().signal,
    timeoutMs: 10_000,
    now: () => Date.parse('2026-01-31T12:00:00Z'),
  });
}

it.each([
  ['200101000000Z', '491231235959Z', 'valid', '2049-12-31T23:59:59Z', 8735],
  ['200101000000Z', '210101000000Z', 'expired', '2021-01-01T00:00:00Z', -1857],
  ['490101000000Z', '491231235959Z', 'not-yet-valid', '2049-12-31T23:59:59Z', 8735],
])('a certificate from %s to %s is %s', async (from, to, chain, notAfter, daysLeft) => {
  const { outcome, facts, measures } = await lookAt({ from, to });
  expect(outcome).toEqual({ kind: 'observed' });
  expect(facts).toMatchObject({ chain, not_after: notAfter, names: 'localhost', issuer: 'CN=localhost' });
  expect(measures).toMatchObject({ days_left: daysLeft });
});

it('a certificate for another name is wrong, though all else is right', async () => {
  const validity = { from: '200101000000Z', to: '491231235959Z' };
  const { facts } = await lookAt(validity, { server_name: 'shop.example' });
  expect(facts).toMatchObject({ chain: 'wrong-name' });
});

it('leaves no connection open', async () => {
  await lookAt({ from: '200101000000Z', to: '491231235959Z' });
  // Closing waits for the last connection.
  await server?.close();
  server = undefined;
});

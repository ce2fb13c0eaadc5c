import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { messageOf, PolarError } from '../model/errors.ts';
import type { BrokerSettings } from './broker.ts';
import { readSecret } from './secret.ts';
import { fillSecretText } from './secret-text.ts';

/** What the link shows and trusts, as it is now. It stays in the memory of the process that reads it. */
export interface BrokerCredentials {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

/**
 * Reads the files and the secrets that the settings name; relative paths begin in `baseDir`.
 * @throws secret.unavailable, io.failed, broker.tls-failed: each names the setting and never a secret
 */
export function readBrokerCredentials(settings: BrokerSettings, baseDir: string): BrokerCredentials {
  const { url, auth, username, password } = settings;
  const pem = (name: 'ca' | 'cert' | 'key') => {
    const path = settings[name];
    return path === undefined || !url.isTls ? undefined : readPem(name, resolve(baseDir, path));
  };
  const credentials = {
    ca: pem('ca'),
    cert: pem('cert'),
    key: pem('key'),
    username:
      username === undefined ? undefined : fillSecretText(username, (one) => readSecret(one, baseDir)),
    password: password === undefined || auth !== 'plain' ? undefined : readSecret(password, baseDir),
  };
  requirePair(settings, credentials);
  return credentials;
}

/** Differs when anything of it does; says nothing of it. */
export function fingerprintOf(credentials: BrokerCredentials): string {
  const { ca, cert, key, username, password } = credentials;
  return createHash('sha256')
    .update(JSON.stringify([ca, cert, key, username, password]))
    .digest('hex');
}

function readPem(name: string, path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const { code = messageOf(cause) } = cause as NodeJS.ErrnoException;
    const what = code === 'ENOENT' ? 'is not there' : `cannot be read (${code})`;
    throw new PolarError('io.failed', `The file of "${name}" under [broker] ${what}: ${path}.`, {
      cause,
      hint: 'Make it a file that the user of the node can read.',
    });
  }
  // Node takes a file without a certificate for an empty list, and then trusts nobody.
  if (text.includes(name === 'key' ? 'PRIVATE KEY-----' : '-----BEGIN CERTIFICATE-----')) return text;
  throw unusable(name, path, `holds no ${name === 'key' ? 'private key' : 'certificate'} in PEM`);
}

function requirePair(settings: BrokerSettings, { cert, key }: BrokerCredentials): void {
  if (cert === undefined || key === undefined) return;
  let isPair: boolean;
  try {
    isPair = new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch (cause) {
    const { reason = messageOf(cause) } = cause as { reason?: string };
    throw unusable(
      'cert" and "key',
      `${settings.cert}, ${settings.key}`,
      `cannot be used (${reason})`,
      cause,
    );
  }
  if (!isPair) throw unusable('key', `${settings.key}`, 'is not the key of the certificate');
}

function unusable(name: string, path: string, what: string, cause?: unknown): PolarError {
  return new PolarError('broker.tls-failed', `What "${name}" under [broker] names ${what}: ${path}.`, {
    hint: 'Put the certificate and the key that belong to it there, as PEM and without a passphrase.',
    ...(cause !== undefined && { cause }),
  });
}

import { messageOf } from '../model/errors.ts';
import { readRegularFile, unreadableBy } from './regular-file.ts';
import { type Unreachable, unreachable } from './unreachable.ts';

export type Authorities = { readonly kind: 'authorities'; readonly pem: Buffer } | Unreachable;

/** The system's own list has a quarter of this. */
const maxBytes = 1024 * 1024;

/**
 * The certificates of a PEM file. Read for every observation: files of authorities are replaced without a word.
 * One that cannot be used is `unreadable`, for nobody could say then whether the target is to be trusted.
 */
export async function readAuthorities(path: string, signal: AbortSignal): Promise<Authorities> {
  try {
    const parts: Buffer[] = [];
    const limits = { maxBytes, signal, follow: true };
    const reading = await readRegularFile(path, limits, (bytes) => parts.push(Buffer.from(bytes)));
    if (reading !== 'whole') return unusable(path, 'is no file of at most 1 MiB');
    const pem = Buffer.concat(parts);
    // OpenSSL passes over a text without any, and would then trust nobody.
    if (!pem.includes('-----BEGIN CERTIFICATE-----')) return unusable(path, 'has no certificate in it');
    const { createSecureContext } = await import('node:tls');
    try {
      createSecureContext({ ca: pem });
    } catch (error) {
      return unusable(path, `has a certificate that cannot be read: ${messageOf(error)}`);
    }
    return { kind: 'authorities', pem };
  } catch (error) {
    const outcome = unreadableBy(error);
    if (!outcome) throw error;
    return outcome;
  }
}

function unusable(path: string, what: string): Unreachable {
  return unreachable('unreadable', `${path} (ca) ${what}`);
}

import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { PolarError } from '../model/errors.ts';
import { formatSecretReference, type SecretReference } from './secret-reference.ts';

const mostBytes = 64 * 1024;

/**
 * The secret as it is now, so that a changed file counts without a restart; the line end of a file's last line is not
 * part of it. Relative paths begin in `baseDir`.
 * @throws secret.unavailable, which names the reference and never the secret
 */
export function readSecret(
  reference: SecretReference,
  baseDir: string,
  env: NodeJS.ProcessEnv = process.env,
): string {
  const secret = reference.from === 'env' ? env[reference.name] : readFile(reference, baseDir);
  if (secret === undefined) throw unavailable(reference, 'is not set', 'Set it where the node is started.');
  if (secret === '') throw unavailable(reference, 'is empty', 'Put the secret there.');
  return secret;
}

/** Fewer bytes could be guessed. */
const shortestCredentialBytes = 16;

/** As `readSecret`, for one that opens a door: never one that could be guessed. @throws secret.unavailable */
export function readCredential(reference: SecretReference, baseDir: string): string {
  const secret = readSecret(reference, baseDir);
  if (Buffer.byteLength(secret) >= shortestCredentialBytes) return secret;
  const hint = 'Make one that nobody guesses, e.g. with: openssl rand -hex 32';
  throw unavailable(reference, `is shorter than ${shortestCredentialBytes} bytes`, hint);
}

function readFile(reference: Extract<SecretReference, { from: 'file' }>, baseDir: string): string {
  const path = resolve(baseDir, reference.path);
  try {
    const found = statSync(path);
    // Opening a pipe would wait for its writer.
    if (!found.isFile()) throw unavailable(reference, 'is no file', 'Name the file of one secret.');
    if (found.size > mostBytes) {
      throw unavailable(reference, `is larger than ${mostBytes} bytes`, 'Name the file of one secret.');
    }
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'secret.unavailable') throw cause;
    const what = code === 'ENOENT' ? `is not there (${path})` : `cannot be read (${code})`;
    throw unavailable(reference, what, 'Make it a file that the user of the node can read.', cause);
  }
}

function unavailable(reference: SecretReference, what: string, hint: string, cause?: unknown): PolarError {
  const message = `${formatSecretReference(reference)} ${what}.`;
  return new PolarError('secret.unavailable', message, { hint, ...(cause !== undefined && { cause }) });
}

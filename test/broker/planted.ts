import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { childrenOf } from '../e2e/command.ts';

/** The forms in which a secret might be written somewhere: as it is, and as SASL and HTTP carry it. */
export function formsOf(password: string): string[] {
  return [password, encodeURIComponent(password), Buffer.from(password).toString('base64')];
}

/** Lines of a private key. The first is left out: keys of one kind begin alike. */
export function keyLines(path: string): string[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.filter((line) => line.length >= 40 && !line.includes('-----')).slice(1);
}

/** Files under `folder` that hold one of the secrets, and how many were looked at. */
export function filesWith(secrets: readonly string[], folder: string): { found: string[]; looked: number } {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
  const found = files.filter((path) => {
    const bytes = readFileSync(path);
    return secrets.some((secret) => bytes.includes(secret));
  });
  return { found, looked: files.length };
}

/** Of a process and its children, as everybody on the machine can list them. */
export function commandLines(pid: number): string[] {
  return [pid, ...childrenOf(pid)].map((one) => readFileSync(`/proc/${one}/cmdline`, 'utf8'));
}

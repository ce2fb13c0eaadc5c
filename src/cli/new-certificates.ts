import { chmodSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createDevCertificates, type DevCertificates } from '../certificates/dev-certificates.ts';
import { messageOf, PolarError } from '../model/errors.ts';

const folder = 'certs';

/** @throws usage.invalid */
export function refuseWithCertificates(root: string): void {
  const path = join(root, folder);
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found || (found.isDirectory() && readdirSync(path).length === 0)) return;
  throw new PolarError('usage.invalid', `There is ${folder} in ${root} already.`, {
    hint: 'Move it away to have new certificates; whoever trusts the old ones needs the new ca.pem, too.',
  });
}

/**
 * Makes `certs/` with all that is in it, or nothing.
 * @returns what was written, relative to the project, and what is in it
 * @throws usage.invalid, io.unwritable
 */
export async function writeCertificates(
  root: string,
): Promise<{ readonly created: readonly string[]; readonly made: DevCertificates }> {
  refuseWithCertificates(root);
  const made = await createDevCertificates(hostname(), new Date());
  const files: readonly (readonly [name: string, text: string, mode: number])[] = [
    ['ca.pem', made.ca, 0o644],
    ['server.pem', made.server.cert, 0o644],
    ['server.key', made.server.key, 0o600],
    ['client.pem', made.client.cert, 0o644],
    ['client.key', made.client.key, 0o600],
    ['.gitignore', '# Keys do not belong in a repository.\n*\n', 0o644],
  ];
  let unfinished: string | undefined;
  try {
    // Of mode 0700, whatever the umask.
    unfinished = mkdtempSync(join(root, `.${folder}-`));
    for (const [name, text, mode] of files) {
      writeFileSync(join(unfinished, name), text, { flag: 'wx', mode });
      chmodSync(join(unfinished, name), mode);
    }
    renameSync(unfinished, join(root, folder));
  } catch (cause) {
    if (unfinished !== undefined) rmSync(unfinished, { recursive: true, force: true });
    throw new PolarError('io.unwritable', `Certificates cannot be written in ${root}: ${messageOf(cause)}.`, {
      cause,
      hint: 'Make the project a folder that you can write.',
    });
  }
  return { created: files.map(([name]) => `${folder}/${name}`), made };
}

/** What to do with them next. */
export function certificateNotes({ serverNames, clientName, validTo }: DevCertificates): string[] {
  return [
    `For development only, until ${validTo.toISOString().slice(0, 10)}: a broker at ${serverNames.join(', ')}; a client "${clientName}".`,
    `The broker needs ${folder}/ca.pem, ${folder}/server.pem and ${folder}/server.key. This node needs, in polar.ini:`,
    '  [broker]',
    '  url = amqps://localhost:5671',
    `  ca = ${folder}/ca.pem`,
    `  cert = ${folder}/client.pem`,
    `  key = ${folder}/client.key`,
  ];
}

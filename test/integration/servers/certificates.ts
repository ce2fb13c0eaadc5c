import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Pair {
  readonly cert: string;
  readonly key: string;
}

export interface Authority extends Pair {
  /** A certificate for names such as `DNS:localhost`, signed by this authority. */
  issue(file: string, names: readonly string[], days: number): Pair;
}

/** Certificates are made when they are needed, by openssl, in a folder that is thrown away: no key is kept anywhere. */
export function createAuthority(folder: string): Authority {
  const authority = selfSigned(folder, 'authority', 'Test Authority', []);
  return {
    ...authority,
    issue(file, names, days) {
      const { key, cert } = pairIn(folder, file);
      const request = join(folder, `${file}.csr`);
      const extensions = join(folder, `${file}.ext`);
      writeFileSync(extensions, `subjectAltName=${names.join(',')}\nextendedKeyUsage=serverAuth\n`);
      openssl(folder, ['req', '-new', ...newKey, '-keyout', key, '-out', request, '-subj', '/CN=issued']);
      openssl(folder, [
        ...[
          'x509',
          '-req',
          '-in',
          request,
          '-CA',
          authority.cert,
          '-CAkey',
          authority.key,
          '-CAcreateserial',
        ],
        ...['-days', String(days), '-extfile', extensions, '-out', cert],
      ]);
      return { key, cert };
    },
  };
}

export function selfSigned(folder: string, file: string, name: string, names: readonly string[]): Pair {
  const pair = pairIn(folder, file);
  openssl(folder, [
    ...['req', '-x509', ...newKey, '-keyout', pair.key, '-out', pair.cert, '-days', '365'],
    ...['-subj', `/O=Polar Test/CN=${name}`],
    ...(names.length > 0 ? ['-addext', `subjectAltName=${names.join(',')}`] : []),
  ]);
  return pair;
}

/** RSA, for the old protocols know nothing newer. */
const newKey = ['-newkey', 'rsa:2048', '-nodes'];

const pairIn = (folder: string, file: string): Pair => ({
  key: join(folder, `${file}.key`),
  cert: join(folder, `${file}.pem`),
});

function openssl(cwd: string, args: readonly string[]): void {
  execFileSync('openssl', args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
}

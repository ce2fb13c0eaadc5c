import type { KeyPair, Validity } from './authority.ts';

/** What a broker and its clients on a developer's machine need to trust one another. All PEM. */
export interface DevCertificates {
  readonly ca: string;
  readonly server: KeyPair;
  readonly client: KeyPair;
  /** What the server may be called. */
  readonly serverNames: readonly string[];
  /** The user that the broker takes the client for. */
  readonly clientName: string;
  /** Of the server's and the client's certificate. */
  readonly validTo: Date;
}

const dayMs = 86_400_000;
/** Clocks of containers and virtual machines are a little behind after the machine slept. */
const clockSkewMs = 3_600_000;

/**
 * The key of the authority is thrown away: it could vouch for any name to whoever trusts this authority, and making
 * everything anew takes a second.
 */
export async function createDevCertificates(hostName: string, now: Date): Promise<DevCertificates> {
  // Loading what makes certificates takes longer than making them.
  const { createAuthority } = await import('./authority.ts');
  const authority = await createAuthority('polar-zmanager development', validFor(2 * 365, now));
  const validity = validFor(365, now);
  const serverNames = namesOf(hostName);
  const clientName = 'polar';
  return {
    ca: authority.cert,
    server: await authority.issue({ commonName: 'localhost', use: 'server', names: serverNames, validity }),
    client: await authority.issue({ commonName: clientName, use: 'client', validity }),
    serverNames,
    clientName,
    validTo: validity.to,
  };
}

/** `rabbitmq` is the broker's name in docker-compose.yml; the host's own is left out where it is no DNS name. */
function namesOf(hostName: string): string[] {
  const isDnsName = /^(?!-)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*$/.test(hostName);
  const names = ['localhost', '127.0.0.1', '::1', 'rabbitmq', ...(isDnsName ? [hostName] : [])];
  return [...new Set(names)];
}

function validFor(days: number, now: Date): Validity {
  return { from: new Date(now.getTime() - clockSkewMs), to: new Date(now.getTime() + days * dayMs) };
}

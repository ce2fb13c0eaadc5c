import type { SecureVersion } from 'node:tls';
import { oneOf, SettingProblem } from '../config/settings.ts';
import type { Observation } from '../model/observation.ts';
import { absolutePath } from './absolute-path.ts';
import { readAuthorities } from './authorities.ts';
import { certificateFacts, daysLeft } from './certificate.ts';
import { chainWord } from './certificate-chain.ts';
import { withinDeadline } from './deadline.ts';
import { formatHostPort, type HostPort, hostPort, parseHostPort } from './host-port.ts';
import type { ObserverKind, ObserverSettings } from './observer.ts';
import { shakeHands } from './tls-handshake.ts';

interface TlsSettings {
  readonly host: string;
  readonly server_name?: string;
  readonly ca?: string;
  readonly min_version: SecureVersion;
}

const defaultPort = 443;

/** A TLS server by its handshake: whose certificate, for which names, until when, and whether it is to be trusted. */
export const tls: ObserverKind = {
  kind: 'tls',
  settings: {
    host: {
      read: hostPort(defaultPort),
      doc: 'Host and port; without a port, 443.',
      example: 'shop.example.com:443',
      required: true,
    },
    server_name: {
      read: serverName,
      doc: 'The name that is asked for and must be in the certificate. Default: the host.',
      example: 'shop.example.com',
    },
    ca: {
      read: absolutePath('/etc/ssl/our-ca.pem'),
      doc: 'A PEM file of the authorities to trust instead of the public ones.',
      example: '/etc/ssl/our-ca.pem',
    },
    min_version: {
      read: oneOf('TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'),
      doc: 'The oldest version to accept. A server that has none so new is unreachable.',
      example: 'TLSv1.3',
      fallback: 'TLSv1.2',
    },
  },
  shorthand: {
    key: 'host',
    example: 'shop.example.com:443',
    every: '6h',
    expect: ({ chain }) => ({ chain: String(chain), days_left: '> 21' }),
  },
  // The name is part of what is observed: one address may show a certificate for each.
  resource(settings) {
    const { server_name } = tlsSettings(settings);
    const { host, port } = hostPortOf(settings);
    const query = server_name && server_name !== host ? `?server_name=${server_name}` : '';
    return `tls://${formatHostPort({ host, port })}${query}`;
  },
  group: (settings) => formatHostPort(hostPortOf(settings)),

  async observe(settings, options): Promise<Observation> {
    const time = options.now();
    const seen = { resource: tls.resource(settings), time };
    const { host, port } = hostPortOf(settings);
    const { server_name = host, ca, min_version } = tlsSettings(settings);
    const outcome = await withinDeadline(options, async (signal) => {
      const trusted = ca === undefined ? undefined : await readAuthorities(ca, signal);
      if (trusted?.kind === 'unreachable') return trusted;
      const request = { host, port, serverName: server_name, minVersion: min_version };
      return shakeHands({ ...request, authorities: trusted?.pem }, signal);
    });
    if ('kind' in outcome) return { ...seen, outcome, facts: {}, measures: {} };
    const { certificate, protocol, chainFault, isNamed, latencyMs } = outcome;
    return {
      ...seen,
      outcome: { kind: 'observed' },
      facts: { chain: chainWord(chainFault, isNamed), protocol, ...certificateFacts(certificate) },
      // Days left are no fact: they would be a change a day.
      measures: { days_left: daysLeft(certificate, time), latency_ms: latencyMs },
    };
  },
};

function tlsSettings(settings: ObserverSettings): TlsSettings {
  return settings as unknown as TlsSettings;
}

function hostPortOf(settings: ObserverSettings): HostPort {
  const { host } = tlsSettings(settings);
  const parsed = parseHostPort(host, defaultPort);
  if (!parsed) throw new Error(`"${host}" was read as a host, and is none.`);
  return parsed;
}

function serverName(written: string): string {
  const name = parseHostPort(written, defaultPort);
  if (!name || /:/.test(written)) {
    throw new SettingProblem(`must be a name such as shop.example.com, not "${written}"`);
  }
  return name.host;
}

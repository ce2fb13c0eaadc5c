import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CertificateRequest, createAuthority, type Validity } from '../../src/certificates/authority.ts';
import type { BrokerAddress, Certificates, Pair } from './broker.ts';

export interface BrokerFiles {
  /** What the server program and its tools take from the environment. */
  readonly env: Readonly<Record<string, string>>;
  /** The folder's files that the server reads, and where it looks for them. */
  readonly copies: readonly { readonly source: string; readonly target: string }[];
}

export interface Place {
  readonly folder: string;
  readonly inContainer: boolean;
  readonly ports: readonly number[];
}

/** Where a container finds what a private broker finds in its folder. */
const containerFolder = '/polar';
const plugins = '[rabbitmq_management, rabbitmq_auth_mechanism_ssl].\n';

/** Certificates, configuration and environment of a broker that nobody outside this machine can reach. */
export async function makeFiles({ folder, inContainer, ports }: Place) {
  const [amqpPort, amqpsPort, managementPort, epmdPort, distPort] = ports as [
    number,
    number,
    number,
    number,
    number,
  ];
  const seenBy = (name: string) => join(inContainer ? containerFolder : folder, name);
  const made = await makeCertificates(folder);
  const address: BrokerAddress = {
    kind: inContainer ? 'container' : 'private',
    handle: '',
    folder,
    version: '',
    host: '127.0.0.1',
    amqpPort,
    amqpsPort,
    managementPort,
    username: 'operator',
    password: randomBytes(12).toString('hex'),
    ...made,
  };
  for (const name of ['data', 'home', 'logs']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'rabbitmq.conf'), configurationOf(address, seenBy));
  writeFileSync(join(folder, 'enabled_plugins'), plugins);
  writeFileSync(join(folder, 'environment'), '');
  const copied = ['rabbitmq.conf', 'enabled_plugins', 'environment', 'ca.pem', 'server.pem', 'server.key'];
  const files: BrokerFiles = {
    env: {
      RABBITMQ_NODENAME: `polar-${amqpPort}@localhost`,
      RABBITMQ_CONFIG_FILE: seenBy('rabbitmq.conf'),
      RABBITMQ_ENABLED_PLUGINS_FILE: seenBy('enabled_plugins'),
      // Else the one of the system's own server is read.
      RABBITMQ_CONF_ENV_FILE: seenBy('environment'),
      RABBITMQ_DIST_PORT: String(distPort),
      RABBITMQ_CTL_DIST_PORT_MIN: '30000',
      RABBITMQ_CTL_DIST_PORT_MAX: '30100',
      ERL_EPMD_PORT: String(epmdPort),
      ERL_EPMD_ADDRESS: '127.0.0.1',
      // Schedulers that spin while they have nothing to do would take the cores from what is tested.
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
        '-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none',
      LANG: 'C.UTF-8',
    },
    copies: copied.map((name) => ({ source: join(folder, name), target: seenBy(name) })),
  };
  writeFileSync(join(folder, 'env.json'), JSON.stringify(files.env));
  return { address, files };
}

function configurationOf(address: BrokerAddress, seenBy: (name: string) => string): string {
  return `
listeners.tcp.local = 127.0.0.1:${address.amqpPort}
listeners.ssl.local = 127.0.0.1:${address.amqpsPort}
management.tcp.ip = 127.0.0.1
management.tcp.port = ${address.managementPort}
ssl_options.cacertfile = ${seenBy('ca.pem')}
ssl_options.certfile = ${seenBy('server.pem')}
ssl_options.keyfile = ${seenBy('server.key')}
ssl_options.verify = verify_peer
ssl_options.fail_if_no_peer_cert = false
ssl_cert_login_from = common_name
auth_mechanisms.1 = PLAIN
auth_mechanisms.2 = EXTERNAL
default_user = ${address.username}
default_pass = ${address.password}
loopback_users = none
handshake_timeout = 60000
ssl_handshake_timeout = 60000
vm_memory_high_watermark.relative = 0.6
disk_free_limit.absolute = 50MB
collect_statistics_interval = 1000
log.file.level = info
`;
}

async function makeCertificates(
  folder: string,
): Promise<{ ca: string; otherCa: string; certificates: Certificates }> {
  const day = 86_400_000;
  const around: Validity = { from: new Date(Date.now() - day), to: new Date(Date.now() + 7 * day) };
  const over: Validity = { from: new Date(Date.now() - 7 * day), to: new Date(Date.now() - day) };
  const authority = await createAuthority('Polar test authority', around);
  const other = await createAuthority('Another authority', around);
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const issue = async (name: string, request: CertificateRequest, by = authority): Promise<Pair> => {
    const { cert, key } = await by.issue(request);
    return { cert: write(`${name}.pem`, cert), key: write(`${name}.key`, key) };
  };
  const server = { use: 'server', commonName: 'broker', names: ['localhost', '127.0.0.1'] } as const;
  const client = { use: 'client', commonName: 'bridge', validity: around } as const;
  return {
    ca: write('ca.pem', authority.cert),
    otherCa: write('other-ca.pem', other.cert),
    certificates: {
      server: await issue('server', { ...server, validity: around }),
      expiredServer: await issue('expired-server', { ...server, validity: over }),
      otherHostServer: await issue('other-host-server', {
        ...server,
        names: ['elsewhere.example'],
        validity: around,
      }),
      client: await issue('client', client),
      nextClient: await issue('next-client', client),
      expiredClient: await issue('expired-client', { ...client, validity: over }),
      unknownClient: await issue('unknown-client', { ...client, commonName: 'nobody' }),
      foreign: await issue('foreign', client, other),
    },
  };
}

import { SettingProblem } from './settings.ts';

/** Where a broker is. Never with credentials: these are read apart, at the last moment. */
export interface BrokerUrl {
  readonly isTls: boolean;
  readonly host: string;
  readonly port: number;
  readonly vhost: string;
}

const ports = { 'amqps:': 5671, 'amqp:': 5672 } as const;
const example = 'amqps://rabbit.example.com/polar';

/**
 * `amqps://host[:port][/vhost]`, or a `SettingProblem` that never repeats what was written: somebody may have put a
 * password into it.
 */
export function brokerUrl(written: string): BrokerUrl {
  if (written.includes('@')) {
    throw new SettingProblem(
      `must be without a user name and a password: write them as username and password = \${file:PATH}, so that no log ever has them`,
    );
  }
  const url = URL.canParse(written) ? new URL(written) : undefined;
  const { protocol = '', hostname = '', port = '', pathname = '', search = '', hash = '' } = url ?? {};
  if ((protocol !== 'amqps:' && protocol !== 'amqp:') || hostname === '') {
    throw new SettingProblem(`must be the URL of a broker such as ${example}`);
  }
  if (search !== '' || hash !== '') {
    throw new SettingProblem('must end with the virtual host: what a query would set is a key of [broker]');
  }
  return {
    isTls: protocol === 'amqps:',
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? ports[protocol] : Number(port),
    vhost: vhostOf(pathname),
  };
}

/** `amqps://rabbit.example.com:5671/polar` */
export function formatBrokerUrl({ isTls, host, port, vhost }: BrokerUrl): string {
  const path = vhost === '/' ? '' : `/${encodeURIComponent(vhost)}`;
  return `${isTls ? 'amqps' : 'amqp'}://${host.includes(':') ? `[${host}]` : host}:${port}${path}`;
}

/** Whether nobody but this machine hears what is said there. */
export function isLoopback({ host }: Pick<BrokerUrl, 'host'>): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function vhostOf(pathname: string): string {
  const path = pathname.replace(/^\//, '');
  if (path === '') return '/';
  if (path.includes('/')) {
    throw new SettingProblem(
      'must have one virtual host at its end; write a / that is part of its name as %2F',
    );
  }
  try {
    return decodeURIComponent(path);
  } catch {
    throw new SettingProblem(
      'must have a virtual host whose name is written well: a % is followed by two digits',
    );
  }
}

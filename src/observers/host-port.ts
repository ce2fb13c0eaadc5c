import { isIPv6 } from 'node:net';
import { SettingProblem } from '../config/settings.ts';
import { parseUrl } from './http-url.ts';

export interface HostPort {
  /** A name in lower case, or an address; an IPv6 one without its brackets. */
  readonly host: string;
  readonly port: number;
}

/** Reads `host:port`, or a host alone; kept as written, read again by `parseHostPort`. */
export const hostPort = (defaultPort: number) => (written: string) => {
  if (!parseHostPort(written, defaultPort)) {
    throw new SettingProblem(
      `must be a host and port such as shop.example.com:${defaultPort} or [::1]:${defaultPort}, not "${written}"`,
    );
  }
  return written;
};

/** Undefined for what is no host, or no port from 1 to 65535. */
export function parseHostPort(written: string, defaultPort: number): HostPort | undefined {
  if (isIPv6(written)) return { host: hostIn(written) ?? written, port: defaultPort };
  const [, host = '', digits] = /^([^\s:/?#@[\]]+|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?$/.exec(written) ?? [];
  const port = digits === undefined ? defaultPort : Number(digits);
  const canonical = hostIn(host);
  return canonical !== undefined && port >= 1 && port <= 65_535 ? { host: canonical, port } : undefined;
}

/** `shop.example.com:443`, `[::1]:443` */
export function formatHostPort({ host, port }: HostPort): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

/** As URLs spell it: lower case, a name of other letters in ASCII, `127.1` as `127.0.0.1`. */
function hostIn(written: string): string | undefined {
  const url = parseUrl(`https://${isIPv6(written) ? `[${written}]` : written}/`);
  return url && url.hostname !== '' ? url.hostname.replace(/^\[(.*)\]$/, '$1') : undefined;
}

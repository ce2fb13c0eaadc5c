import { SettingProblem } from '../config/settings.ts';

const defaultPorts: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/** Reads an absolute http or https URL; kept as written, made canonical by `resourceOf`. */
export const httpUrl = () => (written: string) => {
  const url = parseUrl(written);
  if (!url) {
    throw new SettingProblem(`must be a URL such as https://shop.example.com/health, not "${written}"`);
  }
  if (!(url.protocol in defaultPorts)) {
    throw new SettingProblem(`must start with http:// or https://, not "${url.protocol}"`);
  }
  // The client would drop them silently, and a policy's text is journaled.
  if (url.username !== '' || url.password !== '') {
    throw new SettingProblem('must not carry a user name or password; send a header instead');
  }
  return written;
};

/** The canonical URI: host in lower case, no default port, no fragment (a server never sees one). */
export function resourceOf(url: string): string {
  const canonical = new URL(url);
  canonical.hash = '';
  return canonical.href;
}

/** `host:port`, the port always written. */
export function groupOf(url: string): string {
  const { hostname, port, protocol } = new URL(url);
  return `${hostname}:${port || defaultPorts[protocol]}`;
}

/** Undefined for anything that is no URL, relative ones without a base included. */
export function parseUrl(written: string, base?: URL): URL | undefined {
  return URL.canParse(written, base?.href) ? new URL(written, base) : undefined;
}

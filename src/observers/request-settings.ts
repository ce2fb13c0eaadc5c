import { hasSecretReference } from '../config/secret-text.ts';
import { byteSize, integer, type Setting, SettingProblem } from '../config/settings.ts';
import type { HttpMethod, HttpRequest } from './http-message.ts';
import { httpUrl } from './http-url.ts';
import type { ObserverSettings } from './observer.ts';

/** What every kind that asks over HTTP can be told about the request. */
export const requestSettings = (maxBodyBytes: number) =>
  ({
    url: { read: httpUrl(), doc: 'What to ask.', example: 'https://shop.example.com/health', required: true },
    'header.*': {
      read: headerValue,
      doc: 'A header to send. Never sent on to another host that a redirect names. It may refer to secrets, and one that is a secret by its name must.',
      example: `header.authorization = Bearer \${env:SHOP_TOKEN}`,
      secret: true,
    },
    redirects: {
      read: integer(0, 20),
      doc: 'How many redirects to follow. With 0 the redirect is the answer.',
      example: '3',
      fallback: 0,
    },
    max_body: {
      read: byteSize(0, 64 * 1024 * 1024),
      doc: 'Reading the body stops here.',
      example: '64KiB',
      fallback: maxBodyBytes,
    },
  }) satisfies Record<string, Setting<unknown>>;

export interface RequestSettings {
  readonly url: string;
  readonly header: Readonly<Record<string, string>>;
  readonly redirects: number;
  readonly max_body: number;
}

export function requestOf(settings: ObserverSettings, method: HttpMethod): HttpRequest {
  const { url, header, redirects, max_body } = settings as unknown as RequestSettings;
  const headers = Object.entries(header).map(([name, value]) => [name.toLowerCase(), value]);
  return { url, method, headers: Object.fromEntries(headers), redirects, maxBodyBytes: max_body };
}

/** Headers that say how the message is framed or the connection used: those are the client's to write. */
const framing = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Headers that are nothing but a secret; a policy's text is journaled and delivered, so they are never written there. */
const credentials = new Set(['authorization', 'cookie', 'proxy-authorization', 'x-api-key', 'x-auth-token']);

/** The first header that cannot be sent, as a sentence; undefined when all can. */
export function headerProblem(settings: ObserverSettings): string | undefined {
  const seen = new Set<string>();
  for (const [name, value] of Object.entries((settings as unknown as RequestSettings).header)) {
    const lower = name.toLowerCase();
    if (!isHeaderName(name)) return `"header.${name}" is not a header's name`;
    if (framing.has(lower)) return `"header.${name}" is written by the client itself; remove it`;
    if (seen.has(lower)) return `"header.${name}" is written twice, in different cases`;
    if (credentials.has(lower) && !hasSecretReference(value)) {
      return `"header.${name}" is a secret, and what a policy says is journaled: write \${env:NAME} or \${file:PATH}`;
    }
    seen.add(lower);
  }
  return undefined;
}

export function isHeaderName(name: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name);
}

function headerValue(written: string): string {
  if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(written)) {
    throw new SettingProblem('must be one line of Latin letters');
  }
  return written;
}

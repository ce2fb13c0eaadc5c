import type { Facts } from '../model/observation.ts';
import { readBody } from './body.ts';
import { parseUrl } from './http-url.ts';
import type { ObserveOptions } from './observer.ts';
import { type Unreachable, unreachable, unreachableBy } from './unreachable.ts';

export type HttpMethod = 'GET' | 'HEAD' | 'OPTIONS' | 'POST';

export interface HttpRequest {
  readonly url: string;
  readonly method: HttpMethod;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** How many redirects are followed; with 0 the redirect itself is the answer. */
  readonly redirects: number;
  readonly maxBodyBytes: number;
}

export interface HttpAnswer {
  readonly kind: 'answered';
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Decoded; undefined when it is longer than the request allows. */
  readonly body: Buffer | undefined;
  /** From the start to the final answer's headers: name look-up, connection and redirects included. */
  readonly latencyMs: number;
}

type Arrival = HttpAnswer | { readonly kind: 'redirected'; readonly location: string };

/** Loads the HTTP client ahead of the first observation: 140 ms that nothing else needs. */
export async function preload(): Promise<void> {
  await import('undici');
}

/** One request and its answer within the deadline. Rejects as `ObserverKind.observe` does. */
export async function exchange(
  request: HttpRequest,
  { signal, timeoutMs }: Pick<ObserveOptions, 'signal' | 'timeoutMs'>,
): Promise<HttpAnswer | Unreachable> {
  // Before the deadline starts: loading our own code is no slowness of the target.
  await preload();
  signal.throwIfAborted();
  const stop = new AbortController();
  const abort = () => stop.abort();
  const timer = setTimeout(abort, timeoutMs);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await follow(request, stop.signal);
  } catch (error) {
    signal.throwIfAborted();
    if (stop.signal.aborted) return unreachable('timeout', `no complete answer within ${timeoutMs} ms`);
    const outcome = unreachableBy(error);
    if (!outcome) throw error;
    return outcome;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

/** `size_bytes` is missing when reading stopped at the limit: nobody knows it then. */
export function measuresOf({ latencyMs, body }: HttpAnswer): Facts {
  return body ? { latency_ms: latencyMs, size_bytes: body.length } : { latency_ms: latencyMs };
}

async function follow(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer | Unreachable> {
  const startedAt = performance.now();
  let url = new URL(request.url);
  let { headers } = request;
  for (let followed = 0; ; followed++) {
    const arrival = await arrive(url, { ...request, headers }, startedAt, signal);
    if (arrival.kind === 'answered') return arrival;
    if (followed === request.redirects) {
      return unreachable('too-many-redirects', `more than ${followed}, the last one to ${arrival.location}`);
    }
    const next = parseUrl(arrival.location, url);
    if (!next || !/^https?:$/.test(next.protocol)) {
      return unreachable('protocol', `redirected to "${arrival.location}"`);
    }
    // Headers may hold credentials, and those are for the host that the policy names.
    if (next.origin !== url.origin) headers = {};
    url = next;
  }
}

/**
 * A fresh connection each time, closed before this returns: name, route, certificate and listener are all part of
 * what is observed, and a kept connection would go on answering after they broke. It also means that the limits
 * of a group count connections.
 */
async function arrive(
  url: URL,
  request: HttpRequest,
  startedAt: number,
  signal: AbortSignal,
): Promise<Arrival> {
  const { Client } = await import('undici');
  const connection = new Client(url.origin, {
    // The one deadline is the signal's; it also reaches a socket that is still connecting.
    connect: { signal, timeout: 0, rejectUnauthorized: true },
    headersTimeout: 0,
    bodyTimeout: 0,
    maxCachedSessions: 0,
  });
  try {
    const { statusCode, headers, body } = await connection.request({
      method: request.method,
      path: url.pathname + url.search,
      headers: {
        'user-agent': 'polar-zmanager',
        accept: '*/*',
        ...request.headers,
        'accept-encoding': 'identity',
      },
      reset: true,
      signal,
    });
    // Errors of the body are thrown where it is read; a body that nobody reads may still report its end.
    body.on('error', () => {});
    const location = request.redirects > 0 ? locationOf(statusCode, headers) : undefined;
    if (location !== undefined) return { kind: 'redirected', location };
    const latencyMs = Math.round(performance.now() - startedAt);
    const encoding = request.method === 'HEAD' ? undefined : single(headers['content-encoding']);
    return {
      kind: 'answered',
      status: statusCode,
      headers,
      body: await readBody(body, encoding?.toLowerCase(), request.maxBodyBytes),
      latencyMs,
    };
  } finally {
    await connection.destroy();
  }
}

function locationOf(status: number, headers: HttpAnswer['headers']): string | undefined {
  return [301, 302, 303, 307, 308].includes(status) ? single(headers['location']) : undefined;
}

function single(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.[0];
}

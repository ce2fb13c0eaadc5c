import { readBody } from './body.ts';
import { withinDeadline } from './deadline.ts';
import { firstHeader, type HttpAnswer, type HttpRequest } from './http-message.ts';
import type { ObserveOptions } from './observer.ts';
import { followRedirect, type Redirect, redirectOf } from './redirect.ts';
import { type Unreachable, unreachable } from './unreachable.ts';

/** Loads the HTTP client ahead of the first observation: a tenth of a second that nothing else needs. */
export async function preload(): Promise<void> {
  await import('undici');
}

/** One request and its answer within the deadline. Rejects as `ObserverKind.observe` does. */
export async function exchange(
  request: HttpRequest,
  options: Pick<ObserveOptions, 'signal' | 'timeoutMs'>,
): Promise<HttpAnswer | Unreachable> {
  // Before the deadline starts: loading our own code is no slowness of the target.
  await preload();
  return withinDeadline(options, (signal) => follow(request, signal));
}

async function follow(first: HttpRequest, signal: AbortSignal): Promise<HttpAnswer | Unreachable> {
  const way = { startedAt: performance.now(), follows: first.redirects > 0 };
  let request = first;
  for (;;) {
    const arrival = await send(request, way, signal);
    if (arrival.kind === 'answered') return arrival;
    const next = followRedirect(request, arrival);
    if (!next) return unreachable('protocol', `redirected to ${arrival.location}`);
    if (next.redirects < 0) {
      return unreachable('too-many-redirects', `more than ${first.redirects}, the last one to ${next.url}`);
    }
    request = next;
  }
}

/**
 * A fresh connection each time, closed before this returns: name, route, certificate and listener are all part of
 * what is observed, and a kept connection would go on answering after they broke. It also means that the limits
 * of a group count connections.
 */
async function send(
  request: HttpRequest,
  { startedAt, follows }: { readonly startedAt: number; readonly follows: boolean },
  signal: AbortSignal,
): Promise<HttpAnswer | Redirect> {
  const { Client } = await import('undici');
  const url = new URL(request.url);
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
      headers: { ...courtesy, ...request.headers, 'accept-encoding': 'identity' },
      reset: true,
      signal,
    });
    // Errors of the body are thrown where it is read; a body that nobody reads may still report its end.
    body.on('error', () => {});
    const redirect = follows ? redirectOf(statusCode, headers) : undefined;
    if (redirect) return redirect;
    const latencyMs = Math.round(performance.now() - startedAt);
    const bytes = await readBody(body, firstHeader(headers, 'content-encoding'), request.maxBodyBytes);
    return { kind: 'answered', status: statusCode, headers, body: bytes, latencyMs };
  } finally {
    await connection.destroy();
  }
}

/** Who asks, for the logs of those who are asked; a policy may say otherwise. */
const courtesy = { 'user-agent': 'polar-zmanager', accept: '*/*' };

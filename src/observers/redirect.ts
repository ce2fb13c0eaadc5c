import { firstHeader, type HttpMethod, type HttpRequest, type ResponseHeaders } from './http-message.ts';
import { parseUrl } from './http-url.ts';

export interface Redirect {
  readonly kind: 'redirected';
  readonly status: number;
  /** As the server wrote it, absolute or relative. */
  readonly location: string;
}

/** Undefined for an answer that redirects nowhere. */
export function redirectOf(status: number, headers: ResponseHeaders): Redirect | undefined {
  const location = [301, 302, 303, 307, 308].includes(status) ? firstHeader(headers, 'location') : undefined;
  return location === undefined ? undefined : { kind: 'redirected', status, location };
}

/** The request that follows a redirect; undefined when it leads out of HTTP. */
export function followRedirect(
  request: HttpRequest,
  { status, location }: Redirect,
): HttpRequest | undefined {
  const from = new URL(request.url);
  const to = parseUrl(location, from);
  if (!to || (to.protocol !== 'http:' && to.protocol !== 'https:')) return undefined;
  return {
    url: to.href,
    method: methodAfter(status, request.method),
    // Headers may hold credentials, and those are for the host that the policy names.
    headers: to.origin === from.origin ? request.headers : {},
    redirects: request.redirects - 1,
    maxBodyBytes: request.maxBodyBytes,
  };
}

/** As browsers do it (fetch standard, HTTP-redirect fetch): only 307 and 308 promise to repeat a POST. */
function methodAfter(status: number, method: HttpMethod): HttpMethod {
  const repeats = status === 307 || status === 308 || (status !== 303 && method !== 'POST');
  return repeats || method === 'HEAD' ? method : 'GET';
}

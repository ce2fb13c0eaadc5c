import type { Facts } from '../model/observation.ts';

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

/** Names in lower case; repeated ones as a list. */
export type ResponseHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface HttpAnswer {
  readonly kind: 'answered';
  readonly status: number;
  readonly headers: ResponseHeaders;
  /** Decoded; undefined when it is longer than the request allows. */
  readonly body: Buffer | undefined;
  /** From the start to the final answer's headers: name look-up, connection and redirects included. */
  readonly latencyMs: number;
}

/** `size_bytes` is missing when reading stopped at the limit: nobody knows it then. */
export function measuresOf({ latencyMs, body }: HttpAnswer): Facts {
  return body ? { latency_ms: latencyMs, size_bytes: body.length } : { latency_ms: latencyMs };
}

/** The header's value, its first when it is repeated. */
export function firstHeader(headers: ResponseHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

import type { ServerResponse } from 'node:http';
import { type ErrorCode, messageOf, type PolarError } from '../model/errors.ts';

/** What the gateway answers with. */
export interface Answer {
  readonly status: number;
  /** Data as JSON, or text as it is. */
  readonly body: object | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Of each refusal; any other code is a mistake of ours. */
export const statuses: Partial<Record<ErrorCode, number>> = {
  'body.not-data': 400,
  'usage.invalid': 400,
  'auth.missing': 401,
  'auth.refused': 403,
  'correlation.unknown': 404,
  'flow.unknown': 404,
  'target.unknown': 404,
  'push.invalid-id': 409,
  'subject-name.invalid': 409,
  'body.too-large': 413,
  'envelope.oversized': 413,
  'control.refused': 503,
  'intake.full': 503,
  'intake.unconfirmed': 503,
  'io.failed': 503,
  'journal.full': 503,
  'node.not-running': 503,
  'secret.unavailable': 503,
};

/** Headers that go with a status whatever the reason is. */
const headersOf: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  401: { 'www-authenticate': 'Bearer realm="polar-zmanager"' },
  503: { 'retry-after': '1' },
};

export function refusal(error: PolarError, status = statuses[error.code] ?? 500): Answer {
  const headers = headersOf[status];
  const body = { code: error.code, message: messageOf(error), hint: error.hint ?? null };
  return { status, body, ...(headers && { headers }) };
}

export function send(response: ServerResponse, { status, body, headers }: Answer): void {
  const isText = typeof body === 'string';
  const type = isText ? 'text/plain; charset=utf-8' : 'application/json';
  response.writeHead(status, { 'content-type': type, ...headers });
  response.end(isText ? body : `${JSON.stringify(body)}\n`);
}

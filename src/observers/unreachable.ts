import { messageOf } from '../model/errors.ts';
import type { Outcome, UnreachableReason } from '../model/observation.ts';

export type Unreachable = Extract<Outcome, { kind: 'unreachable' }>;

/** A detail may quote the target, and is delivered with every event. */
const longestDetail = 300;

export function unreachable(reason: UnreachableReason, detail: string): Unreachable {
  return { kind: 'unreachable', reason, detail: detail.slice(0, longestDetail) };
}

/** This machine has nothing left to observe with: no word about the target. */
export function isOwnTrouble(error: unknown): boolean {
  return /^(EMFILE|ENFILE|ENOBUFS|ENOMEM)$/.test(String((Object(error) as { code?: unknown }).code));
}

/** By error code of Node, its TLS, zlib and HTTP parser, and undici; the first that matches. */
const reasons: readonly (readonly [RegExp, UnreachableReason])[] = [
  [/^(ETIMEDOUT|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT)$/, 'timeout'],
  [/^(ENOTFOUND|ENODATA|EAI_.+)$/, 'unresolvable'],
  [/^(ECONNRESET|ECONNABORTED|EPIPE|UND_ERR_SOCKET|ERR_STREAM_PREMATURE_CLOSE)$/, 'reset'],
  [/^(EPROTO|ERR_TLS_.+|ERR_SSL_.+)$/, 'tls'],
  [/^(DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|CERT_|CRL_|ERROR_IN_C).*/, 'tls'],
  [/^(INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH|UNSPECIFIED)$/, 'tls'],
  // The parser's error has no code where it stops before the first line is read.
  [/^(HTTPParserError|HPE_.+|UND_ERR_HEADERS_OVERFLOW|UND_ERR_RES_CONTENT_LENGTH_MISMATCH)$/, 'protocol'],
  [/^(Z_.+|ERR__ERROR_.+|ERR_BROTLI_.+|ERR_PADDING_.+)$/, 'protocol'],
];

/** What the target did to fail like this; undefined when the failure is this machine's or the program's own. */
export function unreachableBy(error: unknown): Unreachable | undefined {
  const {
    name,
    code = name,
    syscall,
  } = Object(error) as { name?: unknown; code?: unknown; syscall?: unknown };
  if (typeof code !== 'string' || isOwnTrouble(error)) return undefined;
  const reason = reasons.find(([pattern]) => pattern.test(code))?.[1] ?? connectReason(code, syscall);
  return reason && unreachable(reason, detailOf(error) || code);
}

/** Having no way there counts as refused too: some router, firewall or kernel on the path said no. */
function connectReason(code: string, syscall: unknown): UnreachableReason | undefined {
  return syscall === 'connect' || code === 'ECONNREFUSED' ? 'refused' : undefined;
}

/** A failed race of several addresses has no message of its own. */
function detailOf(error: unknown): string {
  return error instanceof AggregateError && error.message === ''
    ? error.errors.map(messageOf).join('; ')
    : messageOf(error);
}

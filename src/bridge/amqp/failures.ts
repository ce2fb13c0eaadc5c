import { type ErrorCode, messageOf, PolarError } from '../../model/errors.ts';

/*
 * What amqplib, TLS and sockets throw, as errors of ours that name the step. Pure. Nothing here repeats what was
 * shown to the broker.
 */

/** The steps of a link, in their order. */
export type LinkStep =
  | 'resolve'
  | 'connect'
  | 'verify'
  | 'authenticate'
  | 'open vhost'
  | 'find exchange'
  | 'declare'
  | 'publish';

/** Of the link that failed, as far as messages need it. */
export interface LinkPlace {
  /** `amqps://rabbit.internal:5671/polar` */
  readonly where: string;
  readonly host: string;
  readonly vhost: string;
  readonly isTls: boolean;
  readonly auth: 'plain' | 'external';
  /** That the certificate must have. */
  readonly serverName: string;
}

export function linkFailure(
  code: ErrorCode,
  { where }: Pick<LinkPlace, 'where'>,
  step: LinkStep,
  what: string,
  hint: string,
  cause?: unknown,
): PolarError {
  return new PolarError(code, `${where}: ${step}: ${what}.`, { hint, ...(cause !== undefined && { cause }) });
}

/** With what to do about it, on one line: for a status that has no place for a hint. */
export function failureText(error: unknown): string {
  const { hint } = Object(error) as { hint?: unknown };
  return typeof hint === 'string' ? `${messageOf(error)} ${hint}` : messageOf(error);
}

interface Cause {
  readonly code?: unknown;
  readonly reason?: unknown;
  readonly syscall?: unknown;
}

type Said = readonly [code: ErrorCode, step: LinkStep, what: string, hint: string];

/** Of an attempt to open the link, up to the virtual host. */
export function openingFailure(error: unknown, place: LinkPlace): PolarError {
  const [code, step, what, hint] =
    byCode(error, place) ?? byText(messageOf(error), place) ?? unexplained(error);
  return linkFailure(code, place, step, what, hint, error);
}

function byCode(error: unknown, place: LinkPlace): Said | undefined {
  const { code, syscall } = Object(error) as Cause;
  if (typeof code !== 'string') return undefined;
  if (syscall === 'getaddrinfo') {
    const what = `${place.host} has no address (${code})`;
    return ['broker.unresolved', 'resolve', what, 'Check the host in the url, and the name service.'];
  }
  return certificateFault(code, error, place) ?? alertOf(code, error) ?? connectFault(code, error, place);
}

function certificateFault(code: string, error: unknown, { host, serverName }: LinkPlace): Said | undefined {
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    const what = code === 'CERT_HAS_EXPIRED' ? 'has expired' : 'is not valid yet';
    return [
      'broker.certificate-expired',
      'verify',
      `the certificate of the broker, or one above it, ${what}`,
      'Renew it there, and check the clock here.',
    ];
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const [, names = 'other names'] =
      /altnames: (.*)$/s.exec(messageOf(error).split(' is not in ').pop() ?? '') ?? [];
    return [
      'broker.wrong-host',
      'verify',
      `the certificate is for ${names}, not for ${serverName}`,
      `Write the name that it has into the url in place of ${host}, or as server_name.`,
    ];
  }
  if (
    /^(?:DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|CERT_|CRL_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_)/.test(code)
  ) {
    return [
      'broker.untrusted',
      'verify',
      `the certificate cannot be trusted: ${messageOf(error)}`,
      'Name the authority that signed it as "ca".',
    ];
  }
  return undefined;
}

/** What the broker says in the middle of TLS; with TLS 1.3 it comes after our side of the handshake. */
function alertOf(code: string, error: unknown): Said | undefined {
  const reason = reasonOf(error);
  if (
    /_ALERT_(?:CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_\w+|UNSUPPORTED_CERTIFICATE|ACCESS_DENIED|NO_CERTIFICATE)$/.test(
      code,
    )
  ) {
    return [
      'broker.certificate-refused',
      'authenticate',
      `the broker refuses the client certificate, or misses one (${reason})`,
      'Set "cert" and "key" to a certificate that is valid and signed by an authority that the broker trusts.',
    ];
  }
  if (code === 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE') {
    return [
      'broker.tls-failed',
      'verify',
      `the broker ended the handshake (${reason})`,
      'It may ask for a client certificate ("cert" and "key"), or have no TLS of 1.2 or newer in common with this node.',
    ];
  }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return [
      'broker.tls-failed',
      'verify',
      'what answers there does not speak TLS',
      'Use the port of amqps, which is 5671 unless it was changed.',
    ];
  }
  if (/^(?:ERR_SSL_|ERR_TLS_|ERR_OSSL_|EPROTO$)/.test(code)) {
    const hint = 'Both sides need TLS 1.2 or newer, and a certificate and key that belong together.';
    return ['broker.tls-failed', 'verify', `no TLS came about (${reason})`, hint];
  }
  return undefined;
}

function connectFault(code: string, error: unknown, { isTls }: LinkPlace): Said | undefined {
  const { syscall } = Object(error) as Cause;
  if (isTls && code === 'ECONNRESET' && syscall !== 'connect') {
    return [
      'broker.unreachable',
      'verify',
      'the connection was closed before TLS was established',
      'It may be the port of plain amqp, or a broker that refuses the client certificate: its log knows.',
    ];
  }
  const says = code === 'ECONNREFUSED' ? 'nothing listens there' : `there is no way to it (${code})`;
  const isHere = /^(?:E[A-Z]+|ERR_SOCKET_\w+)$/.test(code);
  return isHere
    ? ['broker.unreachable', 'connect', says, 'Check host and port in the url, and that the broker runs.']
    : undefined;
}

function byText(text: string, place: LinkPlace): Said | undefined {
  if (text.includes('ETIMEDOUT')) {
    const hint = 'Check host and port in the url, and what filters in between.';
    return ['broker.unreachable', 'connect', 'no answer came in time', hint];
  }
  if (text.startsWith('Handshake terminated by server') || text.startsWith('SASL mechanism')) {
    return authenticationFault(text, place);
  }
  // The broker's own words on a virtual host are not passed on by the client.
  if (text.startsWith('Expected ConnectionOpenOk')) {
    return [
      'broker.vhost-unknown',
      'open vhost',
      `the virtual host "${place.vhost}" is not there, not open to this user, or down`,
      'Check the path of the url ("/" is the default one), and the permissions of the user.',
    ];
  }
  if (text.startsWith('Socket closed abruptly')) {
    const hint = place.isTls
      ? 'A broker that refuses the client certificate may do that: its log knows.'
      : 'It may be a port of amqps.';
    return ['broker.unreachable', 'authenticate', 'the broker hung up in the middle of the opening', hint];
  }
  if (/^(?:Frame|Invalid frame|Unknown frame|Expected )/.test(text)) {
    const what = 'what answers there does not speak AMQP 0-9-1';
    return ['broker.unreachable', 'authenticate', what, 'Check the port in the url.'];
  }
  return undefined;
}

function authenticationFault(text: string, { auth }: LinkPlace): Said {
  const says = text.startsWith('SASL') ? text : brokerWords(text);
  const hint =
    auth === 'external'
      ? 'The broker must offer EXTERNAL, and know the name in the client certificate as a user; its log says more.'
      : 'Check the user name and the password; the log of the broker says more.';
  return ['broker.auth-refused', 'authenticate', `the broker does not let this node in: ${says}`, hint];
}

function unexplained(error: unknown): Said {
  return ['broker.unreachable', 'connect', reasonOf(error), 'See the log of the broker.'];
}

/** Of an exchange, queue or binding; `what` is what was asked for: `exchange polar.events`. */
export function topologyFailure(error: unknown, what: string, isMade: boolean, place: LinkPlace): PolarError {
  const { code } = Object(error) as Cause;
  const step = isMade ? 'declare' : 'find exchange';
  const says = brokerWords(messageOf(error));
  const of = (ours: ErrorCode, hint: string) =>
    linkFailure(ours, place, step, `${what}: ${says}`, hint, error);
  if (code === 403) {
    const hint = 'Give the user the permission, or make everything beforehand and set declare = false.';
    return of('broker.permission-denied', hint);
  }
  if (code === 404) {
    return of('broker.exchange-missing', 'Make it on the broker, or set declare = true for it to be made.');
  }
  if (code === 406) {
    const hint = 'Remove what is there, give ours another name under [broker], or set declare = false.';
    return of('broker.topology-differs', hint);
  }
  return of('broker.lost', 'It is tried again.');
}

/** Of a link that was up. */
export function lostFailure(error: unknown, place: LinkPlace): PolarError {
  const { code } = Object(error) as Cause;
  const says = brokerWords(reasonOf(error));
  if (code === 404) {
    const hint = 'It is made again at the next connect, unless declare = false.';
    return linkFailure('broker.exchange-missing', place, 'publish', says, hint, error);
  }
  if (code === 403) {
    const hint = 'Give the user write permission on the exchange.';
    return linkFailure('broker.permission-denied', place, 'publish', says, hint, error);
  }
  if (typeof code === 'number' && isOurFault(code)) {
    const hint = 'An event that is the cause twice is set aside: see pzm dlq list.';
    return linkFailure('broker.channel-closed', place, 'publish', says, hint, error);
  }
  return linkFailure(
    'broker.lost',
    place,
    'publish',
    `the link broke: ${says}`,
    'It is opened again.',
    error,
  );
}

/** Precondition, and what the broker could not read: something that was sent. Anything else is its own trouble. */
function isOurFault(code: number): boolean {
  return code === 406 || code === 311 || (code >= 501 && code <= 505);
}

/** `access to exchange 'x' in vhost '/' refused for user 'y'` of `… 403 (ACCESS-REFUSED) with message "ACCESS_REFUSED - access …"` */
export function brokerWords(text: string): string {
  const [, words = text] = /with message "(.*)"$/s.exec(text) ?? [];
  return words.replace(/^[A-Z_]+ - /, '').replace(/\.$/, '');
}

/** OpenSSL's messages begin with a pointer and end with a line of its source. */
function reasonOf(error: unknown): string {
  const { reason } = Object(error) as Cause;
  return typeof reason === 'string' && reason !== '' ? reason : messageOf(error) || String(error);
}

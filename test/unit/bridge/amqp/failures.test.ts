import { describe, expect, it } from 'vitest';
import {
  failureText,
  type LinkPlace,
  lostFailure,
  openingFailure,
  topologyFailure,
} from '../../../../src/bridge/amqp/failures.ts';

const place: LinkPlace = {
  where: 'amqps://rabbit:5671/polar',
  host: 'rabbit',
  vhost: 'polar',
  isTls: true,
  auth: 'plain',
  serverName: 'rabbit',
};

const thrown = (message: string, more: object = {}) => Object.assign(new Error(message), more);
const openSsl = (code: string, reason: string) =>
  thrown(`804C6A478E7F0000:error:0A000418:SSL routines:ssl3_read_bytes:${reason}:../ssl/record/rec.c:1:\n`, {
    code,
    library: 'SSL routines',
    reason,
  });
const closed = (code: number, name: string, words: string, by = 'Channel closed by server') =>
  thrown(`${by}: ${code} (${name.replaceAll('_', '-')}) with message "${name} - ${words}"`, {
    code,
    classId: 60,
    methodId: 40,
  });

describe('a link that does not come about', () => {
  // Each as it was thrown by a real broker or a real socket (amqplib 2.3.1, Node.js 20, RabbitMQ 3.10).
  it.each([
    [
      'resolve',
      'broker.unresolved',
      thrown('getaddrinfo ENOTFOUND rabbit', { code: 'ENOTFOUND', syscall: 'getaddrinfo' }),
    ],
    [
      'connect',
      'broker.unreachable',
      thrown('connect ECONNREFUSED 127.0.0.1:1', { code: 'ECONNREFUSED', syscall: 'connect' }),
    ],
    [
      'connect',
      'broker.unreachable',
      thrown('connect EHOSTUNREACH', { code: 'EHOSTUNREACH', syscall: 'connect' }),
    ],
    ['connect', 'broker.unreachable', thrown('connect ETIMEDOUT')],
    [
      'verify',
      'broker.untrusted',
      thrown('self-signed certificate in certificate chain', { code: 'SELF_SIGNED_CERT_IN_CHAIN' }),
    ],
    [
      'verify',
      'broker.untrusted',
      thrown('unable to verify the first certificate', { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }),
    ],
    ['verify', 'broker.certificate-expired', thrown('certificate has expired', { code: 'CERT_HAS_EXPIRED' })],
    [
      'verify',
      'broker.certificate-expired',
      thrown('certificate is not yet valid', { code: 'CERT_NOT_YET_VALID' }),
    ],
    [
      'verify',
      'broker.wrong-host',
      thrown(
        "Hostname/IP does not match certificate's altnames: Host: localhost. is not in the cert's altnames: DNS:elsewhere.example",
        { code: 'ERR_TLS_CERT_ALTNAME_INVALID', host: 'localhost' },
      ),
    ],
    ['verify', 'broker.tls-failed', openSsl('ERR_SSL_WRONG_VERSION_NUMBER', 'wrong version number')],
    [
      'verify',
      'broker.tls-failed',
      openSsl('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'tlsv1 alert protocol version'),
    ],
    [
      'verify',
      'broker.tls-failed',
      openSsl('ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'sslv3 alert handshake failure'),
    ],
    [
      'verify',
      'broker.unreachable',
      thrown('Client network socket disconnected before secure TLS connection was established', {
        code: 'ECONNRESET',
      }),
    ],
    [
      'authenticate',
      'broker.certificate-refused',
      openSsl('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'tlsv13 alert certificate required'),
    ],
    [
      'authenticate',
      'broker.certificate-refused',
      openSsl('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'tlsv1 alert unknown ca'),
    ],
    [
      'authenticate',
      'broker.certificate-refused',
      openSsl('ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', 'sslv3 alert certificate expired'),
    ],
    [
      'authenticate',
      'broker.auth-refused',
      thrown(
        'Handshake terminated by server: 403 (ACCESS-REFUSED) with message "ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN. For details see the broker logfile."',
      ),
    ],
    ['authenticate', 'broker.auth-refused', thrown('SASL mechanism EXTERNAL is not provided by the server')],
    ['authenticate', 'broker.unreachable', thrown('Socket closed abruptly during opening handshake')],
    ['authenticate', 'broker.unreachable', thrown('Frame size 1345270062 exceeds maxFrameSize 67108864')],
    [
      'open vhost',
      'broker.vhost-unknown',
      thrown('Expected ConnectionOpenOk; got <ConnectionClose channel:0>'),
    ],
  ])('at the step "%s" has the code %s', (step, code, error) => {
    const failure = openingFailure(error, place);
    expect(failure.code).toBe(code);
    expect(failure.message).toMatch(new RegExp(`^amqps://rabbit:5671/polar: ${step}: .+\\.$`));
    expect(failure.message).not.toMatch(/0x|804C|\.c:/);
    expect(failure.hint).toBeTruthy();
    expect(failure.cause).toBe(error);
  });

  it('names the two names that do not agree', () => {
    const error = thrown(
      "Hostname/IP does not match certificate's altnames: Host: rabbit. is not in the cert's altnames: DNS:elsewhere.example",
      { code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    );
    expect(openingFailure(error, place).message).toContain('is for DNS:elsewhere.example, not for rabbit');
  });

  it('of an unknown kind keeps its words', () => {
    expect(openingFailure(thrown('something new'), place).message).toContain('something new');
    expect(openingFailure('text', place).message).toContain('text');
    expect(openingFailure(undefined, place).code).toBe('broker.unreachable');
  });
});

describe('what must be on the broker', () => {
  it.each([
    [403, 'ACCESS_REFUSED', 'broker.permission-denied'],
    [404, 'NOT_FOUND', 'broker.exchange-missing'],
    [406, 'PRECONDITION_FAILED', 'broker.topology-differs'],
    [541, 'INTERNAL_ERROR', 'broker.lost'],
  ])('answered with %i %s has the code %s', (code, name, ours) => {
    const failure = topologyFailure(
      closed(code, name, 'words of the broker', 'Operation failed: ExchangeDeclare'),
      'exchange polar.events',
      true,
      place,
    );
    expect(failure.code).toBe(ours);
    expect(failure.message).toBe(
      'amqps://rabbit:5671/polar: declare: exchange polar.events: words of the broker.',
    );
  });

  it('and is only looked for, is not said to be made', () => {
    expect(
      topologyFailure(closed(404, 'NOT_FOUND', 'no exchange'), 'exchange x', false, place).message,
    ).toContain(': find exchange: ');
  });
});

describe('a link that breaks', () => {
  it.each([
    [
      'the exchange is gone',
      closed(404, 'NOT_FOUND', "no exchange 'x' in vhost '/'"),
      'broker.exchange-missing',
    ],
    ['the permission is gone', closed(403, 'ACCESS_REFUSED', 'access refused'), 'broker.permission-denied'],
    [
      'a message is too large',
      closed(406, 'PRECONDITION_FAILED', 'message size 9 is larger than 8'),
      'broker.channel-closed',
    ],
    ['a frame is broken', closed(501, 'FRAME_ERROR', 'bad', 'Connection closed'), 'broker.channel-closed'],
    [
      'the broker stops',
      closed(320, 'CONNECTION_FORCED', 'broker forced connection closure', 'Connection closed'),
      'broker.lost',
    ],
    ['the broker is in trouble', closed(541, 'INTERNAL_ERROR', 'oops'), 'broker.lost'],
    ['the socket ends', thrown('Unexpected close'), 'broker.lost'],
    ['the socket is reset', thrown('read ECONNRESET', { code: 'ECONNRESET' }), 'broker.lost'],
    ['nothing is heard', thrown('Heartbeat timeout'), 'broker.lost'],
  ])('because %s', (_, error, code) => {
    const failure = lostFailure(error, place);
    expect(failure.code).toBe(code);
    expect(failureText(failure)).toBe(`${failure.message} ${failure.hint}`);
  });
});

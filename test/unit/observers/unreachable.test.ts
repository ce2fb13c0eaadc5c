import { expect, it } from 'vitest';
import { unreachableBy } from '../../../src/observers/unreachable.ts';

const failure = (code: string, details = {}) =>
  Object.assign(new Error(`failed: ${code}`), { code, ...details });

it.each([
  ['ETIMEDOUT', 'timeout'],
  ['ENOTFOUND', 'unresolvable'],
  ['EAI_AGAIN', 'unresolvable'],
  ['ECONNREFUSED', 'refused'],
  ['ECONNRESET', 'reset'],
  ['UND_ERR_SOCKET', 'reset'],
  ['EPROTO', 'tls'],
  ['CERT_HAS_EXPIRED', 'tls'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls'],
  ['HPE_INVALID_CONSTANT', 'protocol'],
  ['Z_DATA_ERROR', 'protocol'],
])('takes %s for "%s"', (code, reason) => {
  expect(unreachableBy(failure(code))).toEqual({ kind: 'unreachable', reason, detail: `failed: ${code}` });
});

it('takes whatever else keeps a connection from being made for "refused"', () => {
  for (const code of ['EHOSTUNREACH', 'ENETUNREACH', 'EINVAL', 'EACCES']) {
    expect(unreachableBy(failure(code, { syscall: 'connect' }))?.reason).toBe('refused');
  }
});

it('tells each address of a race that no address won', () => {
  const failures = [new Error('connect ECONNREFUSED ::1:80'), new Error('connect ECONNREFUSED 127.0.0.1:80')];
  const race = Object.assign(new AggregateError(failures), { code: 'ECONNREFUSED' });
  expect(unreachableBy(race)?.detail).toBe('connect ECONNREFUSED ::1:80; connect ECONNREFUSED 127.0.0.1:80');
});

it('blames no target for what is wrong here', () => {
  const own = [
    failure('EMFILE', { syscall: 'connect' }),
    failure('UND_ERR_INVALID_ARG'),
    new TypeError('x'),
    'x',
    null,
  ];
  for (const error of own) expect(unreachableBy(error)).toBeUndefined();
});

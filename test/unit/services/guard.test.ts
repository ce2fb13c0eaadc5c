import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../src/model/errors.ts';
import { type Claim, createGuard } from '../../../src/services/guard.ts';

const nowS = 1_700_000_000;
const token = 'a-token-of-some-length';
const key = 'a-key-of-some-length';
const body = Buffer.from('{"order":7}');

const guardOf = (ways: readonly ('token' | 'key')[]) =>
  createGuard({
    readToken: ways.includes('token') ? () => token : undefined,
    readKey: ways.includes('key') ? () => key : undefined,
    now: () => nowS * 1000,
  });
const byToken = guardOf(['token']);
const byKey = guardOf(['key']);

const claim = (headers: Claim['headers'] = {}, part: Partial<Claim> = {}): Claim => ({
  method: 'POST',
  url: '/push/Orders?wait=settled',
  headers,
  ...part,
});

function signed(over: { key?: string; timestamp?: string; text?: string } = {}): Claim {
  const { timestamp = String(nowS), text = body.toString() } = over;
  const head = `${timestamp}\nPOST\n/push/Orders?wait=settled\norder-7\n`;
  const signature = createHmac('sha256', over.key ?? key)
    .update(head + text)
    .digest('hex');
  return claim({
    'x-timestamp': timestamp,
    'x-signature': `sha256=${signature}`,
    'idempotency-key': 'order-7',
  });
}

/** What is thrown, before or with the body. */
function codeFor(guard: ReturnType<typeof createGuard>, asked: Claim, sent = body): string | undefined {
  try {
    guard(asked)?.(sent);
    return undefined;
  } catch (error) {
    return codeOf(error) ?? 'no code';
  }
}

describe('a token', () => {
  it('lets in whoever shows it, however the scheme is written', () => {
    expect(codeFor(byToken, claim({ authorization: `Bearer ${token}` }))).toBeUndefined();
    expect(codeFor(byToken, claim({ authorization: `bearer  ${token} ` }))).toBeUndefined();
  });

  it.each([undefined, '', token, `Basic ${token}`, 'Bearer', 'Bearer  '])(
    'that is not shown is missed: %s',
    (authorization) => {
      expect(codeFor(byToken, claim(authorization === undefined ? {} : { authorization }))).toBe(
        'auth.missing',
      );
    },
  );

  it('that is not the right one is refused, whatever it is', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[!-~]{1,60}$/), (other) => {
        fc.pre(other !== token);
        expect(codeFor(byToken, claim({ authorization: `Bearer ${other}` }))).toBe('auth.refused');
      }),
    );
  });
});

describe('a signature', () => {
  it('lets in what was signed', () => {
    expect(codeFor(byKey, signed())).toBeUndefined();
  });

  it('counts five minutes before and after its timestamp', () => {
    const at = (offS: number) => codeFor(byKey, signed({ timestamp: String(nowS + offS) }));
    expect([at(-300), at(300)]).toEqual([undefined, undefined]);
    expect([at(-301), at(301)]).toEqual(['auth.refused', 'auth.refused']);
  });

  it('of anything else is refused', () => {
    expect(codeFor(byKey, signed({ key: 'another key, long enough' }))).toBe('auth.refused');
    expect(codeFor(byKey, signed(), Buffer.from('{"order":8}'))).toBe('auth.refused');
    const { headers } = signed();
    const refused = [
      claim(headers, { url: '/push/Refunds' }),
      claim(headers, { method: 'PUT' }),
      claim({ ...headers, 'idempotency-key': 'order-8' }),
      claim({ ...headers, 'x-timestamp': String(nowS + 1) }),
      claim({ ...headers, 'x-signature': 'sha256=' }),
      claim({ ...headers, 'x-signature': String(headers['x-signature']).toUpperCase() }),
    ];
    for (const one of refused) expect(codeFor(byKey, one)).toBe('auth.refused');
  });

  it('needs all of its headers', () => {
    const { headers } = signed();
    for (const name of ['x-timestamp', 'x-signature', 'idempotency-key']) {
      expect(codeFor(byKey, claim({ ...headers, [name]: undefined }))).toBe('auth.missing');
    }
    expect(codeFor(byKey, claim({ ...headers, 'x-timestamp': 'now' }))).toBe('auth.missing');
  });

  it('is made over the bytes of the body, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const head = `${nowS}\nPOST\n/push/Orders\nid\n`;
        const signature = createHmac('sha256', key).update(head).update(bytes).digest('hex');
        const headers = {
          'x-timestamp': String(nowS),
          'x-signature': `sha256=${signature}`,
          'idempotency-key': 'id',
        };
        expect(codeFor(byKey, claim(headers, { url: '/push/Orders' }), Buffer.from(bytes))).toBeUndefined();
      }),
    );
  });
});

it('either is enough where both are named, and neither where it is not', () => {
  const both = guardOf(['token', 'key']);
  expect(codeFor(both, claim({ authorization: `Bearer ${token}` }))).toBeUndefined();
  expect(codeFor(both, signed())).toBeUndefined();
  expect(codeFor(byToken, signed())).toBe('auth.missing');
  expect(codeFor(byKey, claim({ authorization: `Bearer ${token}` }))).toBe('auth.missing');
});

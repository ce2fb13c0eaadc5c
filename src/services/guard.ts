import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { PolarError } from '../model/errors.ts';

/** What of a request is looked at to tell who sends it. */
export interface Claim {
  readonly method: string;
  /** Path and query, as they were sent. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/**
 * Lets a request in, or throws auth.missing when it shows nothing and auth.refused when what it shows is wrong. A
 * signature covers the body: the function that is returned then is to be called with it, before anything is made of it.
 */
export type Guard = (claim: Claim) => ((body: Buffer) => void) | undefined;

/** Secrets are read when they are needed, so that a changed one counts at once. */
export interface GuardOptions {
  readonly readToken: (() => string) | undefined;
  readonly readKey: (() => string) | undefined;
  /** Wall clock, ms since the epoch. */
  readonly now: () => number;
}

/** Signatures count for this long before and after their timestamp. */
export const signatureWindowS = 300;

export function createGuard({ readToken, readKey, now }: GuardOptions): Guard {
  return (claim) => {
    const token = tokenOf(claim.headers.authorization);
    const signature = single(claim.headers, 'x-signature');
    if (readToken && token !== undefined) {
      if (!isSame(token, readToken())) throw refused('The token is not the right one.');
      return undefined;
    }
    if (readKey && signature !== undefined) {
      const signed = signedHead(claim, now());
      return (body) => {
        const right = createHmac('sha256', readKey()).update(signed).update(body).digest('hex');
        if (!isSame(signature, `sha256=${right}`)) throw refused('The signature is not the right one.');
      };
    }
    throw missing(readToken !== undefined, readKey !== undefined);
  };
}

/**
 * What is signed, line by line, then the body: timestamp, method, path and query, and the id. So a signature serves
 * one request only; sent again it names the same id, and is the same push.
 */
function signedHead({ method, url, headers }: Claim, nowMs: number): string {
  const timestamp = single(headers, 'x-timestamp') ?? '';
  const id = single(headers, 'idempotency-key');
  if (!/^\d{1,12}$/.test(timestamp)) {
    throw new PolarError('auth.missing', 'A signed request needs the header X-Timestamp.', {
      hint: 'Send the seconds since 1970, and sign them too.',
    });
  }
  if (id === undefined) {
    throw new PolarError('auth.missing', 'A signed request needs the header Idempotency-Key.', {
      hint: 'Name the push, and sign the name too: so whoever overhears the request cannot make a second one of it.',
    });
  }
  const offS = Math.abs(nowMs / 1000 - Number(timestamp));
  if (offS > signatureWindowS) {
    throw refused(`X-Timestamp is more than ${signatureWindowS} s off.`);
  }
  return `${timestamp}\n${method}\n${url}\n${id}\n`;
}

function tokenOf(authorization: string | undefined): string | undefined {
  return /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
}

function single(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** In a time that tells neither where they differ nor how long the right one is. */
function isSame(shown: string, right: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(shown), digest(right));
}

function missing(byToken: boolean, bySignature: boolean): PolarError {
  const ways = [
    ...(byToken ? ['Authorization: Bearer <token>'] : []),
    ...(bySignature ? ['X-Timestamp, Idempotency-Key and X-Signature'] : []),
  ];
  return new PolarError('auth.missing', 'The request does not say who sends it.', {
    hint: `Send ${ways.join(', or ')}.`,
  });
}

function refused(message: string): PolarError {
  return new PolarError('auth.refused', message, {
    hint: 'Compare token or key with what polar.ini of the node names.',
  });
}

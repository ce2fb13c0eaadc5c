import { describe, expect, it } from 'vitest';
import { type Certificate, certificateFacts, daysLeft } from '../../../src/observers/certificate.ts';
import { chainWord } from '../../../src/observers/certificate-chain.ts';

const name = (cn: string) => ({ C: 'US', ST: '', L: '', O: 'Shop', OU: '', CN: cn });
const certificate = (other: Partial<Certificate> = {}): Certificate => ({
  subject: name('shop'),
  issuer: { ...name('R11'), O: "Let's Encrypt" },
  subjectaltname: 'DNS:shop.example, DNS:api.shop.example, IP Address:10.0.0.1',
  valid_to: 'Jan  5 09:00:00 2027 GMT',
  fingerprint256: 'AB:CD:EF:01:23:45:67:89',
  ...other,
});

describe('a certificate', () => {
  it('is told by its issuer, names, end and fingerprint', () => {
    expect(certificateFacts(certificate({ issuer: { C: 'US', O: 'Shop', CN: 'R11' } as never }))).toEqual({
      issuer: 'CN=R11, O=Shop, C=US',
      names: '10.0.0.1, api.shop.example, shop.example',
      not_after: '2027-01-05T09:00:00Z',
      fingerprint: 'abcdef012345',
    });
  });

  it('has its common name for a name when it has no other', () => {
    expect(certificateFacts(certificate({ subjectaltname: undefined as never }))).toMatchObject({
      names: 'shop',
    });
  });

  it('keeps a name together that has a comma in it', () => {
    const subjectaltname = 'DNS:"shop, DNS:evil.example", DNS:a.example';
    expect(certificateFacts(certificate({ subjectaltname }))).toMatchObject({
      names: '"shop, DNS:evil.example", a.example',
    });
  });

  it('of very many names is told by their digest', () => {
    const subjectaltname = Array.from({ length: 100 }, (_, index) => `DNS:${index}.shop.example`).join(', ');
    expect(certificateFacts(certificate({ subjectaltname }))['names']).toMatch(/^[0-9a-f]{12}$/);
  });

  it.each([
    ['2027-01-04T08:59:59Z', 1],
    ['2027-01-04T09:00:01Z', 0],
    ['2027-01-05T09:00:01Z', -1],
  ])('has, at %s, %i whole days left', (now, days) => {
    expect(daysLeft(certificate(), Date.parse(now))).toBe(days);
  });
});

describe('a chain', () => {
  it.each([
    [undefined, true, 'valid'],
    [undefined, false, 'wrong-name'],
    ['CERT_HAS_EXPIRED', true, 'expired'],
    ['CERT_HAS_EXPIRED', false, 'expired'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', true, 'self-signed'],
    ['SELF_SIGNED_CERT_IN_CHAIN', true, 'unknown-issuer'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', true, 'unknown-issuer'],
    ['PATH_LENGTH_EXCEEDED', true, 'path-length-exceeded'],
  ])('with %s, named: %s, is %s', (code, isNamed, word) => {
    expect(chainWord(code, isNamed)).toBe(word);
  });
});

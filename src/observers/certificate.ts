import type { PeerCertificate } from 'node:tls';
import type { Facts } from '../model/observation.ts';
import { factOf } from './fact.ts';

/** What of a certificate is read here. */
export type Certificate = Pick<
  PeerCertificate,
  'subject' | 'issuer' | 'subjectaltname' | 'valid_to' | 'fingerprint256'
>;

const dayMs = 86_400_000;

/** `issuer`, `names`, `not_after` and `fingerprint`. */
export function certificateFacts(certificate: Certificate): Facts {
  return {
    issuer: factOf(nameOf(certificate.issuer)),
    names: factOf(namesOf(certificate).join(', ')),
    not_after: notAfterOf(certificate),
    fingerprint: certificate.fingerprint256.replaceAll(':', '').slice(0, 12).toLowerCase(),
  };
}

/** Whole days until it expires, rounded down: 0 on the last day, negative after it. */
export function daysLeft(certificate: Certificate, now: number): number {
  return Math.floor((Date.parse(certificate.valid_to) - now) / dayMs);
}

/** RFC 3339 in whole seconds, which is all that a certificate can say: `2027-01-31T09:00:00Z`. */
function notAfterOf({ valid_to }: Certificate): string {
  const time = Date.parse(valid_to);
  // A year past 9999 is legal in a certificate, and in no RFC 3339 text.
  return time < 253_402_300_800_000 ? new Date(time).toISOString().replace('.000Z', 'Z') : valid_to;
}

/** All that the certificate says it is for, sorted; its common name when it says so nowhere else, as clients do it. */
function namesOf({ subject, subjectaltname }: Certificate): string[] {
  if (!subjectaltname) return [subject?.CN ?? []].flat();
  return splitNames(subjectaltname)
    .map((entry) => entry.replace(/^(?:DNS|IP Address|URI|email):/, ''))
    .sort();
}

/** Node writes a name that holds a comma or a quote as a JSON string. */
function splitNames(text: string): string[] {
  return [...text.matchAll(/(?:[^,"]|"(?:[^"\\]|\\.)*")+/g)].map(([entry]) => entry.trim());
}

/** `CN=R11, O=Let's Encrypt, C=US`; attributes that repeat are repeated. */
function nameOf(name: PeerCertificate['issuer'] | undefined): string {
  const attributes = Object.entries(name ?? {}) as [string, string | string[]][];
  return attributes
    .reverse()
    .flatMap(([key, values]) => [values].flat().map((value) => `${key}=${value}`))
    .join(', ');
}

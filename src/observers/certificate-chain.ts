/**
 * What verification made of a chain: `valid`, one of the words below, or the verifier's own code in lower case
 * for what is rarer.
 */
export function chainWord(verifierCode: string | undefined, isNamed: boolean): string {
  if (verifierCode === undefined) return isNamed ? 'valid' : 'wrong-name';
  return words.get(verifierCode) ?? verifierCode.toLowerCase().replaceAll('_', '-');
}

/** By the names that Node has for OpenSSL's results. */
const words: ReadonlyMap<string, string> = new Map([
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed'],
  // A root that was sent along, and that nobody here trusts.
  ['SELF_SIGNED_CERT_IN_CHAIN', 'unknown-issuer'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'unknown-issuer'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'unknown-issuer'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unknown-issuer'],
  ['CERT_UNTRUSTED', 'unknown-issuer'],
  ['CERT_HAS_EXPIRED', 'expired'],
  ['CERT_NOT_YET_VALID', 'not-yet-valid'],
  ['CERT_REVOKED', 'revoked'],
  ['INVALID_PURPOSE', 'wrong-purpose'],
  ['INVALID_CA', 'invalid-authority'],
  ['CERT_SIGNATURE_FAILURE', 'bad-signature'],
]);

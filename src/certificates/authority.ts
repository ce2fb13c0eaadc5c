import { isIP } from 'node:net';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  type JsonGeneralName,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** A certificate and its private key (PKCS #8), both as PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** Signs certificates. Its own key is nowhere but in this object, and in no text that it gives. */
export interface Authority {
  /** As PEM. */
  readonly cert: string;
  issue(request: CertificateRequest): Promise<KeyPair>;
}

export interface CertificateRequest {
  readonly commonName: string;
  readonly use: 'server' | 'client';
  /** DNS names and IP addresses. */
  readonly names?: readonly string[];
  readonly validity: Validity;
}

export interface Validity {
  readonly from: Date;
  readonly to: Date;
}

const keys = { name: 'ECDSA', namedCurve: 'P-256' };
const signature = { name: 'ECDSA', hash: 'SHA-256' };

/** Importing this module costs a quarter of a second: import it when it is needed. */
export async function createAuthority(commonName: string, validity: Validity): Promise<Authority> {
  const own = await crypto.subtle.generateKey(keys, true, ['sign', 'verify']);
  const issuer = [{ CN: [commonName] }];
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: issuer,
    keys: own,
    signingAlgorithm: signature,
    notBefore: validity.from,
    notAfter: validity.to,
    extensions: [
      // It signs servers and clients, never another authority.
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(own.publicKey),
    ],
  });
  return {
    cert: pem(certificate.rawData, PemConverter.CertificateTag),
    async issue(request) {
      const { publicKey, privateKey } = await crypto.subtle.generateKey(keys, true, ['sign', 'verify']);
      const issued = await X509CertificateGenerator.create({
        subject: [{ CN: [request.commonName] }],
        issuer,
        publicKey,
        signingKey: own.privateKey,
        signingAlgorithm: signature,
        notBefore: request.validity.from,
        notAfter: request.validity.to,
        extensions: [
          ...extensionsOf(request),
          await SubjectKeyIdentifierExtension.create(publicKey),
          await AuthorityKeyIdentifierExtension.create(own.publicKey),
        ],
      });
      return {
        cert: pem(issued.rawData, PemConverter.CertificateTag),
        key: pem(await crypto.subtle.exportKey('pkcs8', privateKey), PemConverter.PrivateKeyTag),
      };
    },
  };
}

function extensionsOf({ use, names = [] }: CertificateRequest): Extension[] {
  const usage = use === 'server' ? ExtendedKeyUsage.serverAuth : ExtendedKeyUsage.clientAuth;
  return [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension([usage]),
    ...(names.length > 0 ? [new SubjectAlternativeNameExtension(names.map(generalName))] : []),
  ];
}

function generalName(value: string): JsonGeneralName {
  return { type: isIP(value) === 0 ? 'dns' : 'ip', value };
}

function pem(raw: ArrayBuffer, tag: string): string {
  return `${PemConverter.encode(raw, tag)}\n`;
}

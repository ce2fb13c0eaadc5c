import { isIP } from 'node:net';
import type { ConnectionOptions, PeerCertificate, SecureVersion, TLSSocket } from 'node:tls';
import type { HostPort } from './host-port.ts';

export interface HandshakeRequest extends HostPort {
  /** Sent, so that a server of many names shows the right certificate, and compared with the certificate. */
  readonly serverName: string;
  /** Who is trusted, as PEM; undefined for those that Node trusts. */
  readonly authorities: Buffer | undefined;
  readonly minVersion: SecureVersion;
}

export interface Handshake {
  readonly certificate: PeerCertificate;
  /** `TLSv1.3` */
  readonly protocol: string;
  /** Node's code for what is wrong with the chain; undefined when nothing is. */
  readonly chainFault: string | undefined;
  readonly isNamed: boolean;
  /** Name look-up and connection included. */
  readonly latencyMs: number;
}

/**
 * One handshake over a connection of its own, closed before this returns; no byte of an application is sent.
 * The chain is verified, and a bad one is told rather than refused: it is what we came to see.
 * Rejects with the error of the connection, or when `signal` aborts.
 */
export async function shakeHands(request: HandshakeRequest, signal: AbortSignal): Promise<Handshake> {
  const { checkServerIdentity, connect } = await import('node:tls');
  signal.throwIfAborted();
  const startedAt = performance.now();
  const socket = connect(connectionOptions(request));
  try {
    await established(socket, signal);
    const certificate = socket.getPeerCertificate();
    return {
      certificate,
      protocol: socket.getProtocol() ?? 'unknown',
      chainFault: chainFaultOf(socket),
      isNamed: checkServerIdentity(request.serverName, certificate) === undefined,
      latencyMs: Math.round(performance.now() - startedAt),
    };
  } finally {
    await closed(socket);
  }
}

function connectionOptions({ host, port, serverName, authorities, minVersion }: HandshakeRequest) {
  const options: ConnectionOptions = {
    host,
    port,
    minVersion,
    maxVersion: 'TLSv1.3',
    rejectUnauthorized: false,
    // Compared afterwards: here it would hide what is wrong with the chain, or be hidden by it.
    checkServerIdentity: () => undefined,
    // The protocol has no room for an address.
    ...(isIP(serverName) === 0 && { servername: serverName }),
    ...(authorities && { ca: authorities }),
    // OpenSSL 3 signs the handshakes of the old versions at level 0 only. Nothing is ever sent over the connection.
    ...(isOld(minVersion) && { ciphers: 'DEFAULT@SECLEVEL=0' }),
  };
  return options;
}

function isOld(version: SecureVersion): boolean {
  return version === 'TLSv1' || version === 'TLSv1.1';
}

function established(socket: TLSSocket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    // Stays for the life of the socket: what breaks later must not end the process.
    socket.on('error', reject);
    socket.once('secureConnect', resolve);
    socket.once('close', () => signal.removeEventListener('abort', abort));
  });
}

/** Node leaves the verifier's code, or its message, where the types promise an error. */
function chainFaultOf({ authorized, authorizationError }: TLSSocket): string | undefined {
  if (authorized) return undefined;
  const fault: unknown = authorizationError;
  return typeof fault === 'string' ? fault : String(Object(fault).code ?? fault);
}

function closed(socket: TLSSocket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) return resolve();
    socket.once('close', () => resolve());
    socket.destroy();
  });
}

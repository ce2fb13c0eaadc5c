import { rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, ListenOptions } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ListenAddress } from '../config/listen-address.ts';
import { messageOf, PolarError } from '../model/errors.ts';

/** The gateway at one place: a socket in the run directory, which only its user can enter, or an address. */
export interface GatewayServer {
  /** Where it listens in fact; undefined for a socket. */
  readonly address: ListenAddress | undefined;
  /** Answers what is in hand, takes nothing new. */
  close(): Promise<void>;
}

/** `onRefused` hears the status of what was no request. @throws io.failed when the place is taken */
export async function listenForPushes(
  place: string | ListenAddress,
  handle: RequestListener,
  patience: Patience = {},
  onRefused: (status: number) => void = () => {},
): Promise<GatewayServer> {
  const server = createServer({ ...bounds, ...patience }, handle);
  server.maxConnections = mostConnections;
  server.on('clientError', (error, socket) => refuseUnreadable(error, socket, onRefused));
  // A predecessor that was killed has left its socket; its exit was seen before this process was configured.
  if (typeof place === 'string') rmSync(place, { force: true });
  await listening(server, typeof place === 'string' ? { path: place } : { ...place, exclusive: true });
  return {
    address: typeof place === 'string' ? undefined : { ...place, port: portOf(server) },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

/** How long a client may take, in ms, where that is not as long as usual. */
export interface Patience {
  readonly headersTimeout?: number;
  readonly requestTimeout?: number;
  readonly connectionsCheckingInterval?: number;
}

/** More are closed as they come. */
export const mostConnections = 512;

// What a client can hold without sending: a connection for ten seconds until its headers are there, for a minute until
// its body is. Both are looked at every second; by themselves they would be every thirty.
const bounds = {
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  keepAliveTimeout: 5000,
  connectionsCheckingInterval: 1000,
  maxHeaderSize: 16 * 1024,
};

const unreadable: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** What is no request cannot reach the gateway; it gets the same kind of answer. */
function refuseUnreadable(
  error: NodeJS.ErrnoException,
  socket: Duplex,
  onRefused: (status: number) => void,
): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status = unreadable[error.code ?? ''] ?? '400 Bad Request';
  onRefused(Number.parseInt(status, 10));
  const refusal = {
    code: 'usage.invalid',
    message: `This is no request: ${status}.`,
    hint: 'Speak HTTP/1.1.',
  };
  const body = `${JSON.stringify(refusal)}\n`;
  const head = [
    `HTTP/1.1 ${status}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function listening(server: Server, where: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const place = where.path ?? `${where.host}:${where.port}`;
      const message = `The gateway cannot listen at ${place}: ${messageOf(cause)}.`;
      const hint = 'End what listens there, or write another address under [gateway] in polar.ini.';
      reject(new PolarError('io.failed', message, { cause, hint }));
    });
    server.listen(where, resolve);
  });
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

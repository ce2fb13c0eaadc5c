import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { BrokerAddress } from './broker.ts';
import { openTcpProxy } from './tcp-proxy.ts';

interface OddServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Ports where no broker is that a client could trust. */
export interface OddPorts {
  readonly silence: number;
  /** Speaks HTTP, in TLS that is as it must be. */
  readonly website: number;
  /** The broker, behind certificates that are not for it. */
  readonly expired: number;
  readonly elsewhere: number;
  close(): Promise<void>;
}

export async function openOddPorts({ amqpPort, certificates }: BrokerAddress): Promise<OddPorts> {
  const servers: OddServer[] = [];
  const keep = (server: OddServer): number => {
    servers.push(server);
    return server.port;
  };
  return {
    silence: keep(await openSilence()),
    website: keep(await openTcpProxy(keep(await openWebsite()), certificates.server)),
    expired: keep(await openTcpProxy(amqpPort, certificates.expiredServer)),
    elsewhere: keep(await openTcpProxy(amqpPort, certificates.otherHostServer)),
    async close() {
      for (const server of servers) await server.close();
    },
  };
}

/** Takes connections and never says a word. */
function openSilence(): Promise<OddServer> {
  return listen(createServer((socket) => socket.on('error', () => {}).resume()));
}

/** Speaks HTTP. */
function openWebsite(): Promise<OddServer> {
  return listen(createHttpServer((_request, response) => response.end('welcome')));
}

async function listen(server: Server): Promise<OddServer> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

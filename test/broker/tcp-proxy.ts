import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
import type { Pair } from './broker.ts';
import { freePorts } from './free-ports.ts';

/** Of the bytes: `up` from the client to the server, `down` back. */
export type Direction = 'up' | 'down';

/** A network between a client and a server on this machine that fails on demand, and heals. */
export interface TcpProxy {
  readonly port: number;
  /** How many connections are open now. */
  open(): number;
  /** How many bytes passed since it was opened. */
  passed(direction: Direction): number;
  /** Resets every connection; new ones are taken. */
  cut(): void;
  /** Lets that many bytes more pass, over all connections, then ends the one that they came on: in mid-frame. */
  truncate(direction: Direction, bytes: number): void;
  /** A black hole: connections stay open, nothing gets through until `heal`, which lets through what has waited. */
  stall(...directions: Direction[]): void;
  /** Each piece waits so long in either direction. */
  delay(ms: number): void;
  /** Resets every connection and refuses new ones. */
  refuse(): Promise<void>;
  /** Undoes every fault. */
  heal(): Promise<void>;
  close(): Promise<void>;
}

/** With a pair it speaks TLS to the client by that certificate, and plain to the server. */
export async function openTcpProxy(target: number, pair?: Pair): Promise<TcpProxy> {
  const [port] = (await freePorts(1)) as [number];
  const links = new Set<readonly [Socket, Socket]>();
  const faults = new Faults();
  const server = createFront(pair, (client) => {
    const upstream = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true });
    const link = [client, upstream] as const;
    links.add(link);
    for (const [socket, other] of [link, link.toReversed() as [Socket, Socket]]) {
      // What becomes of it shows in `close`, for both ends.
      socket.on('error', () => {});
      socket.once('close', (hadError) => {
        if (hadError) reset(other);
        if (other.destroyed) links.delete(link);
      });
    }
    void pump(client, upstream, 'up', faults);
    void pump(upstream, client, 'down', faults);
  });
  const listen = async () => {
    if (server.listening) return;
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const cut = () => {
    for (const link of links) for (const socket of link) reset(socket);
    faults.wake();
  };
  const refuse = async () => {
    const closed = server.listening ? once(server, 'close') : undefined;
    server.close();
    cut();
    await closed;
  };
  await listen();
  return {
    port,
    open: () => links.size,
    passed: (direction) => faults.passed[direction],
    cut,
    truncate: (direction, bytes) => faults.left.set(direction, bytes),
    stall: (...directions) => {
      for (const direction of directions) faults.stalled.add(direction);
    },
    delay: (ms) => {
      faults.delayMs = ms;
    },
    refuse,
    async heal() {
      faults.heal();
      await listen();
    },
    async close() {
      faults.heal();
      await refuse();
    },
  };
}

class Faults {
  readonly passed = { up: 0, down: 0 };
  readonly stalled = new Set<Direction>();
  /** How many bytes may still pass, where that is limited. */
  readonly left = new Map<Direction, number>();
  delayMs = 0;
  #waiting: (() => void)[] = [];

  /** Resolves when something has changed. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  heal(): void {
    this.stalled.clear();
    this.left.clear();
    this.delayMs = 0;
    this.wake();
  }

  /** The part of a piece that may pass. */
  allow(direction: Direction, piece: Buffer): Buffer {
    const left = this.left.get(direction);
    const part = left === undefined ? piece : piece.subarray(0, left);
    if (left !== undefined) this.left.set(direction, left - part.length);
    this.passed[direction] += part.length;
    return part;
  }

  isSpent(direction: Direction): boolean {
    return this.left.get(direction) === 0;
  }
}

function createFront(pair: Pair | undefined, take: (client: Socket) => void): Server {
  if (!pair) return createServer({ allowHalfOpen: true }, take);
  const options = { cert: readFileSync(pair.cert), key: readFileSync(pair.key) };
  const server = createTlsServer(options, take);
  // A client that does not like the certificate is what such a server is for.
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  return server;
}

/** As a broken network does; TLS sockets know no reset, and are just gone. */
function reset(socket: Socket): void {
  if (socket instanceof TLSSocket) socket.destroy();
  else if (!socket.destroyed) socket.resetAndDestroy();
}

async function pump(from: Socket, to: Socket, direction: Direction, faults: Faults): Promise<void> {
  try {
    // An end in this direction must not end the other one.
    for await (const piece of from.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      if (faults.delayMs > 0) await wait(faults.delayMs);
      while (faults.stalled.has(direction) && !to.destroyed) await faults.changed();
      if (to.destroyed) return;
      const flushed = to.write(faults.allow(direction, piece));
      if (faults.isSpent(direction)) break;
      if (!flushed) await Promise.race([once(to, 'drain'), once(to, 'close')]);
    }
    // What has been written goes out first, so that the other side sees the very piece that it was cut in.
    to.end(() => (faults.isSpent(direction) ? from.destroy() : undefined));
  } catch {
    // It ended without a proper end.
    reset(to);
  }
}

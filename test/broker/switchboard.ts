import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { freePorts } from './free-ports.ts';

/** An address that a client keeps, while who answers there changes. */
export interface Switchboard {
  readonly port: number;
  /** From now on another port of this machine answers, or nobody. Connections to the one before are cut. */
  to(target: number | 'nobody'): Promise<void>;
  close(): Promise<void>;
}

export async function openSwitchboard(): Promise<Switchboard> {
  const [port] = (await freePorts(1)) as [number];
  const sockets = new Set<Socket>();
  let target = 0;
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true });
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one);
      // What becomes of it shows in `close`.
      one.on('error', () => {});
      one.once('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  const silence = async () => {
    const closed = server.listening ? once(server, 'close') : undefined;
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    port,
    async to(next) {
      await silence();
      if (next === 'nobody') return;
      target = next;
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    close: silence,
  };
}

import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { createGzip, gzipSync } from 'node:zlib';
import { createSelfSigned, type KeyPair } from './self-signed.ts';

export interface TestServer {
  readonly url: string;
  /** Bytes that left for the client, over all connections so far. */
  sentBytes(): number;
  connections(): number;
  /** Resolves when the last connection is gone: an observer that leaves one open never lets a test end. */
  close(): Promise<void>;
}

type Behaviour = (socket: Socket, request: string) => void;

/** A server that does with each request, once its head has arrived, whatever the behaviour says. */
export function serve(behave: Behaviour, scheme: 'http' | 'https' = 'http'): Promise<TestServer> {
  const behaveOnHead = (socket: Socket) => {
    let head = '';
    socket.on('data', (bytes) => {
      if (head.includes('\r\n\r\n')) return;
      head += bytes.toString('latin1');
      if (head.includes('\r\n\r\n')) behave(socket, head);
    });
  };
  return welcome(behaveOnHead, scheme);
}

/** A server that does with each connection, at once, what it is told. */
export function welcome(
  greet: (socket: Socket) => void,
  scheme: 'http' | 'https' = 'http',
  pair: KeyPair = createSelfSigned(),
): Promise<TestServer> {
  let sentBefore = 0;
  let accepted = 0;
  const open = new Set<Socket>();
  const accept = (socket: Socket) => {
    accepted += 1;
    open.add(socket);
    greet(socket);
    // An end that nobody reads is never seen.
    socket.resume();
    socket.on('error', () => {});
    socket.on('close', () => {
      sentBefore += socket.bytesWritten;
      open.delete(socket);
    });
  };
  const server = scheme === 'http' ? createServer(accept) : createTlsServer(pair, accept);
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      resolve({
        url: `${scheme}://127.0.0.1:${port}/`,
        sentBytes: () => [...open].reduce((sum, socket) => sum + socket.bytesWritten, sentBefore),
        connections: () => accepted,
        close: () => new Promise((closed) => server.close(() => closed())),
      });
    });
  });
}

/** One whole answer, then the end of the connection. */
export function answer(head: readonly string[], body: string | Buffer = ''): Behaviour {
  return (socket) => {
    socket.write(headOf([...head, `content-length: ${Buffer.byteLength(body)}`]));
    socket.end(body);
  };
}

export const ok = 'HTTP/1.1 200 OK';

export const headOf = (lines: readonly string[]) => `${lines.join('\r\n')}\r\n\r\n`;

export const neverAnswers: Behaviour = () => {};

export const drips: Behaviour = (socket) => {
  socket.write(headOf([ok, 'content-length: 1000000']));
  const timer = setInterval(() => socket.write(' '), 5);
  socket.on('close', () => clearInterval(timer));
};

export const resetsMidBody: Behaviour = (socket) => {
  socket.write(headOf([ok, 'content-length: 1000']));
  socket.write('{"half":', () => socket.resetAndDestroy());
};

export const endsMidBody: Behaviour = (socket) => {
  socket.write(headOf([ok, 'content-length: 1000']));
  socket.end('{"half":');
};

export const closesWithoutAnAnswer: Behaviour = (socket) => socket.end();

export const speaksSomethingElse: Behaviour = (socket) => socket.end('SSH-2.0-OpenSSH_9.9\r\n');

export const sendsEndlessHeaders: Behaviour = (socket) => {
  socket.write(`${ok}\r\n`);
  pump(socket, Buffer.from('x-more: and more\r\n'.repeat(1000)), Number.POSITIVE_INFINITY);
};

export const liesAboutCompression = answer([ok, 'content-encoding: gzip'], '{"plain":true}');

export const truncatesCompression: Behaviour = answer(
  [ok, 'content-encoding: gzip'],
  gzipSync(JSON.stringify({ text: 'x'.repeat(1000) })).subarray(0, 20),
);

export const redirectsForEver: Behaviour = answer(['HTTP/1.1 302 Found', 'location: /again']);

export const redirectsElsewhere: Behaviour = answer(['HTTP/1.1 302 Found', 'location: ftp://127.0.0.1/']);

/** 100 MB, as fast as they are taken. */
export const sends100Megabytes: Behaviour = (socket) => {
  socket.write(headOf([ok, 'content-length: 100000000']));
  pump(socket, Buffer.alloc(50_000, 'x'), 2000);
};

/** Compressed a thousand to one, without end. */
export const sendsACompressedBomb: Behaviour = (socket) => {
  socket.write(headOf([ok, 'content-encoding: gzip', 'connection: close']));
  const gzip = createGzip();
  gzip.pipe(socket);
  const zeros = Buffer.alloc(1_000_000);
  const more = () => {
    if (socket.destroyed) gzip.destroy();
    else gzip.write(zeros, more);
  };
  gzip.on('error', () => {});
  more();
};

function pump(socket: Socket, chunk: Buffer, times: number): void {
  let sent = 0;
  const more = () => {
    while (sent < times && !socket.destroyed) {
      sent += 1;
      if (!socket.write(chunk)) return;
    }
    if (!socket.destroyed) socket.end();
  };
  socket.on('drain', more);
  more();
}

import { connect } from 'node:net';
import type { Chance } from '../simulation/random.ts';
import { anyBody } from './json.ts';
import { mutate, randomBytes } from './mutations.ts';

const targets = [
  '/',
  '//',
  '/\\',
  'http://',
  'http://[',
  '*',
  '/%',
  '/%00',
  '/status',
  '/push/',
  '/push/%ff',
  '/push/Count',
  '/push/Count?key=a%00b',
  '/push/Count?id=%00',
  '/push/Count?correlation=fuzz',
  `/push/Asking?correlation=${'c'.repeat(9000)}`,
  `/push/Count?key=${'k'.repeat(9000)}`,
  '/push/Count?wait=settled&timeout=1ms',
  '/push/__proto__',
  '/observe/__proto__',
  '/observe/constructor',
  '/__proto__',
  '/metrics',
  '/healthz',
  `/${'a'.repeat(20_000)}`,
];

/** Bytes of a client: what is no HTTP, HTTP that is wrong, and requests that ask for what is not there. */
export function anyRequest(chance: Chance): Buffer {
  const method = chance.pick([
    'GET',
    'POST',
    'HEAD',
    'PUT',
    'CONNECT',
    'OPTIONS',
    'TRACE',
    'PRI',
    '__proto__',
    'GE T',
  ]);
  const target = chance.pick(targets);
  const body = anyBody(chance).slice(0, 300_000);
  const length = Buffer.byteLength(body);
  const head = `${method} ${target} HTTP/1.1\r\nHost: node\r\n`;
  const whole = () => Buffer.from(`${head}Content-Length: ${length}\r\n\r\n${body}`);
  switch (chance.between(0, 10)) {
    case 0:
      return randomBytes(chance, 4000);
    case 1:
      return mutate(chance, whole());
    case 2:
      return Buffer.from(`${head}X-Large: ${'h'.repeat(chance.between(10_000, 100_000))}\r\n\r\n`);
    case 3:
      return Buffer.from(`${head}${'X: y\r\n'.repeat(chance.between(100, 3000))}\r\n`);
    case 4:
      return Buffer.from(
        `${head}Transfer-Encoding: chunked\r\n\r\n${chance.pick(['zz\r\n', 'ffffffffffffffff\r\nx', '5\r\nab', '-1\r\n'])}`,
      );
    case 5:
      return Buffer.from(`${head}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`);
    case 6:
      // More is said to come than does.
      return Buffer.from(
        `${head}Content-Length: ${chance.pick(['99', '-1', '1e9', '99999999999999999999'])}\r\n\r\n{}`,
      );
    case 7:
      return Buffer.concat(Array.from({ length: chance.between(2, 40) }, whole));
    case 8:
      return Buffer.from(
        `${head}Expect: ${chance.pick(['100-continue', 'fuzz'])}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
      );
    default:
      return whole();
  }
}

/**
 * Sends bytes to a socket and goes: at once, when the other side has said something or has ended it, or after a part of
 * them. Resolves when the connection is closed on both sides.
 */
export function sendRaw(
  path: string,
  bytes: Buffer,
  leave: 'at-once' | 'answered' | 'halfway',
): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    // What is never answered, such as half a request, is given up.
    socket.setTimeout(500, () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve());
    socket.on('connect', () => {
      if (leave === 'halfway') socket.write(bytes.subarray(0, bytes.length / 2), () => socket.destroy());
      else if (leave === 'at-once') socket.write(bytes, () => socket.destroy());
      else socket.write(bytes);
    });
    socket.on('data', () => socket.end());
  });
}

/** Connections that begin a request and say no more; gives what ends them. */
export function holdHalf(path: string, count: number): () => void {
  const sockets = Array.from({ length: count }, () => {
    const socket = connect({ path });
    socket.on('error', () => socket.destroy());
    socket.write('POST /push/Count HTTP/1.1\r\nHost: no');
    return socket;
  });
  return () => {
    for (const socket of sockets) socket.destroy();
  };
}

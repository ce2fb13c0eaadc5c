import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  type GatewayServer,
  listenForPushes,
  mostConnections,
} from '../../../src/services/gateway-server.ts';
import { readBody } from '../../../src/services/request-body.ts';

const patience = { headersTimeout: 300, requestTimeout: 600, connectionsCheckingInterval: 50 };
const loop = { host: '127.0.0.1', port: 0 };

let server: GatewayServer;
let port: number;
const clients: Socket[] = [];

const echo: RequestListener = async (request, response) => {
  const body = await readBody(request, 1000);
  response.end(`${request.method} ${body?.length}`);
};

beforeEach(async () => {
  server = await listenForPushes(loop, echo, patience);
  port = server.address?.port ?? 0;
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await server.close();
});

interface Client {
  readonly socket: Socket;
  /** Everything that was received. */
  heard(): string;
  isClosed(): boolean;
}

function open(): Client {
  const socket = connect(port, '127.0.0.1');
  clients.push(socket);
  let heard = '';
  let isClosed = false;
  socket.on('data', (chunk) => {
    heard += chunk.toString();
  });
  // A connection that is refused may end as a reset.
  socket.on('error', () => {});
  socket.on('close', () => {
    isClosed = true;
  });
  return { socket, heard: () => heard, isClosed: () => isClosed };
}

const until = (holds: () => boolean) =>
  vi.waitFor(() => expect(holds(), holds.toString()).toBe(true), { timeout: 20_000, interval: 10 });

async function isServed(): Promise<boolean> {
  const client = open();
  client.socket.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
  await until(client.isClosed);
  return client.heard().includes('GET 0');
}

describe('a client that keeps a connection busy', () => {
  test('with headers that never end is sent away, and others are served meanwhile', async () => {
    const slow = open();
    const dripping = setInterval(() => slow.socket.write('x'), 20);
    slow.socket.write('POST / HTTP/1.1\r\nhost: x\r\ny: ');
    expect(await isServed()).toBe(true);
    await until(slow.isClosed);
    clearInterval(dripping);
    expect(slow.heard()).toMatch(/^HTTP\/1\.1 408 .*"usage\.invalid"/s);
  });

  test('with a body that never ends is sent away', async () => {
    const slow = open();
    slow.socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 900\r\n\r\n');
    const dripping = setInterval(() => slow.socket.write('1'), 20);
    await until(slow.isClosed);
    clearInterval(dripping);
    expect(slow.heard()).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('with nothing at all is sent away', async () => {
    const silent = open();
    await until(silent.isClosed);
    expect(await isServed()).toBe(true);
  });
});

describe('what is no request', () => {
  test.each([
    ['a header of 20,000 bytes', `GET / HTTP/1.1\r\nhost: x\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
    ['ten thousand headers', `GET / HTTP/1.1\r\nhost: x\r\n${'x: y\r\n'.repeat(10_000)}\r\n`, 431],
    ['a path of 20,000 bytes', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`, 431],
    ['noise', '\u0016\u0003\u0001 hello\r\n\r\n', 400],
    ['two lengths', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n1', 400],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n1',
      400,
    ],
  ])('is refused and ends its connection: %s', async (_, bytes, status) => {
    const client = open();
    client.socket.write(bytes);
    await until(client.isClosed);
    expect(client.heard()).toMatch(new RegExp(`^HTTP/1\\.1 ${status} .*"code":"usage\\.invalid"`, 's'));
    expect(await isServed()).toBe(true);
  });
});

test('connections are bounded, and free again when those who held them have gone', async () => {
  const held = Array.from({ length: mostConnections + 50 }, open);
  // Those beyond the bound are closed at once, the others when they have been silent for too long.
  await until(() => held.filter((client) => client.isClosed()).length >= 50);
  await until(() => held.every((client) => client.isClosed()));
  expect(await isServed()).toBe(true);
});

test('an address that is taken is refused with what to do', async () => {
  await expect(listenForPushes({ host: '127.0.0.1', port }, echo)).rejects.toMatchObject({
    code: 'io.failed',
    message: expect.stringContaining(`127.0.0.1:${port}`) as string,
    hint: expect.stringContaining('[gateway]') as string,
  });
});

test('a socket that a predecessor left is taken over', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pzm-gateway-'));
  const path = join(folder, 'gateway.sock');
  writeFileSync(path, '');
  const other = await listenForPushes(path, echo);
  expect(other.address).toBeUndefined();
  await other.close();
  rmSync(folder, { recursive: true });
});

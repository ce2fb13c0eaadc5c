import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { createAmqpSink } from '../../../src/bridge/amqp/sink.ts';
import { parsePolarIni } from '../../../src/config/polar-ini.ts';

/* Whatever answers at the broker's address, the link says so and can be asked again. No broker is needed. */

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.close();
    await once(server, 'close');
  }
});

async function sinkTo(answer: (socket: Socket) => void, scheme = 'amqp') {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    // One that nobody reads never notices its end.
    socket.resume();
    answer(socket);
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  process.env['POLAR_TEST_BROKER_PASSWORD'] = 'hunter2';
  const text = `[broker]\nurl = ${scheme}://127.0.0.1:${port}\nusername = x\npassword = \${env:POLAR_TEST_BROKER_PASSWORD}\n`;
  const { broker } = parsePolarIni(text, 'polar.ini').polar.settings;
  if (!broker) throw new Error('There is no broker in the settings.');
  return createAmqpSink({ settings: broker, baseDir: '/' });
}

it.each<[string, string, (socket: Socket) => void]>([
  ['speaks HTTP', 'amqp', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ['sends garbage', 'amqp', (socket) => socket.end(Buffer.alloc(4096, 0xa5))],
  ['hangs up at the first word', 'amqp', (socket) => socket.once('data', () => socket.end())],
  ['resets the connection', 'amqp', (socket) => socket.once('data', () => socket.resetAndDestroy())],
  ['hangs up in the handshake', 'amqps', (socket) => socket.once('data', () => socket.end())],
])('what %s is no broker', async (_, scheme, answer) => {
  const sink = await sinkTo(answer, scheme);
  const lost: unknown[] = [];
  for (const _attempt of [1, 2]) {
    await expect(sink.connect((error) => lost.push(error))).rejects.toMatchObject({
      code: 'broker.unreachable',
    });
    expect(sink.link()).toMatchObject({ state: 'down', lastError: { code: 'broker.unreachable' } });
  }
  expect(JSON.stringify(sink.link())).not.toContain('hunter2');
  expect(lost).toEqual([]);
  await sink.close();
});

it('what answers in plain text to TLS is no TLS', async () => {
  const sink = await sinkTo((socket) => socket.end('AMQP\0\0\x09\x01'), 'amqps');
  await expect(sink.connect(() => {})).rejects.toMatchObject({ code: 'broker.tls-failed' });
  await sink.close();
});

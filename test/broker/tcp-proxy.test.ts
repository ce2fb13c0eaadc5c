import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openClient, takeAll } from './amqp-client.ts';
import { openTcpProxy, type TcpProxy } from './tcp-proxy.ts';
import { describeWithBroker, theBroker, useVhost } from './the-broker.ts';
import { until } from './waiting.ts';

/* The faults of the network that the other tests make. An echo stands for the broker where only the bytes matter. */

let echo: Server;
let proxy: TcpProxy;
const sockets: Socket[] = [];

beforeEach(async () => {
  echo = createServer((socket) => {
    socket.on('error', () => {});
    socket.pipe(socket);
  });
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  proxy = await openTcpProxy((echo.address() as { port: number }).port);
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await proxy.close();
  await new Promise((resolve) => echo.close(resolve));
});

test('passes bytes both ways, and an end after them', async () => {
  const client = await dial();
  client.end('to and fro');
  expect(await textOf(client)).toBe('to and fro');
  expect([proxy.passed('up'), proxy.passed('down')]).toEqual([10, 10]);
  await until('the link is gone', async () => proxy.open() === 0);
});

test('cuts what is open and takes what is new', async () => {
  const client = await dial();
  await roundTrip(client);
  proxy.cut();
  await expect(once(client, 'end')).rejects.toThrow(/ECONNRESET/);
  await roundTrip(await dial());
});

test('ends a connection in the middle of what comes back', async () => {
  proxy.truncate('down', 4);
  const client = await dial();
  client.write('abcdefgh');
  expect(await textOf(client)).toBe('abcd');
  await proxy.heal();
  await roundTrip(await dial());
});

test('holds back one direction, and lets it through when healed', async () => {
  const client = await dial();
  await roundTrip(client);
  proxy.stall('down');
  client.write('held');
  await until('it went up', async () => proxy.passed('up') === 8);
  expect(proxy.passed('down')).toBe(4);
  await proxy.heal();
  const [back] = (await once(client, 'data')) as [Buffer];
  expect(back.toString()).toBe('held');
});

test('lets a stalled connection be cut', async () => {
  const client = await dial();
  await roundTrip(client);
  proxy.stall('up', 'down');
  client.write('lost');
  proxy.cut();
  await expect(once(client, 'end')).rejects.toThrow(/ECONNRESET/);
});

test('refuses, then takes again on the same port', async () => {
  await proxy.refuse();
  await expect(dial()).rejects.toThrow(/ECONNREFUSED/);
  await proxy.heal();
  await roundTrip(await dial());
});

test('keeps the order while it delays', async () => {
  proxy.delay(20);
  const client = await dial();
  client.write('first ');
  await until('the first has gone up', async () => proxy.passed('up') > 0);
  client.end('second');
  expect(await textOf(client)).toBe('first second');
});

describeWithBroker('between a client and the broker', () => {
  const vhost = useVhost();

  test('a connection is cut before the confirm arrives: the message is there, and the client cannot know', async () => {
    const broker = theBroker();
    const between = await openTcpProxy(broker.amqpsPort);
    const client = await openClient(broker, vhost, { port: between.port });
    await client.channel.assertQueue('unsure', { durable: true });
    between.stall('down');
    const confirmed = new Promise<void>((resolve, reject) => {
      client.channel.sendToQueue('unsure', Buffer.from('sent'), { persistent: true }, (error) =>
        error ? reject(error) : resolve(),
      );
    });
    const direct = await openClient(broker, vhost);
    const arrived = async () => (await direct.channel.checkQueue('unsure')).messageCount === 1;
    await until('the message is in the queue', arrived);
    between.cut();
    await expect(confirmed).rejects.toThrow();
    await client.gone;
    expect(await takeAll(direct, 'unsure')).toEqual(['sent']);
    await direct.close();
    await between.close();
  });

  test.each([
    ['expired', 'expiredServer', 'CERT_HAS_EXPIRED'],
    ['another host’s', 'otherHostServer', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ] as const)('a front shows a certificate that is %s', async (_what, name, code) => {
    const broker = theBroker();
    const front = await openTcpProxy(broker.amqpPort, broker.certificates[name]);
    await expect(openClient(broker, vhost, { port: front.port })).rejects.toMatchObject({ code });
    await front.close();
  });

  test('a front with a good certificate leads to the broker', async () => {
    const broker = theBroker();
    const front = await openTcpProxy(broker.amqpPort, broker.certificates.server);
    const socket = connectTls({ port: front.port, host: 'localhost', ca: readFileSync(broker.ca) });
    await once(socket, 'secureConnect');
    socket.destroy();
    const client = await openClient(broker, vhost, { port: front.port });
    await client.close();
    await front.close();
  });
});

async function dial(): Promise<Socket> {
  const socket = connect(proxy.port, '127.0.0.1');
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}

async function roundTrip(socket: Socket): Promise<void> {
  socket.write('ping');
  const [back] = (await once(socket, 'data')) as [Buffer];
  expect(back.toString()).toBe('ping');
}

async function textOf(socket: Socket): Promise<string> {
  let text = '';
  for await (const piece of socket as AsyncIterable<Buffer>) text += piece.toString();
  return text;
}

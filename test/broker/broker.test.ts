import { afterEach, expect, test } from 'vitest';
import { type Client, openClient, takeAll } from './amqp-client.ts';
import { describeWithBroker, theBroker, useVhost } from './the-broker.ts';
import { until } from './waiting.ts';

/* What the other tests here rely on: the broker's faults can be made, and undone, and it keeps what it confirmed. */

describeWithBroker('a real broker', () => {
  const vhost = useVhost();
  const clients: Client[] = [];
  const open = async (...args: [options?: Parameters<typeof openClient>[2]]): Promise<Client> => {
    const client = await openClient(theBroker(), vhost, ...args);
    clients.push(client);
    return client;
  };
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
  });

  test('takes a password and a client certificate over TLS, and confirms', async () => {
    const { certificates } = theBroker();
    const first = await open();
    await first.channel.assertQueue('both', { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    await send(first, 'both', 'by password');
    await send(await open({ certificate: certificates.client }), 'both', 'by certificate');
    await send(await open({ certificate: certificates.nextClient }), 'both', 'by the next one');
    await send(await open({ plain: true }), 'both', 'in the clear');
    expect(await takeAll(first, 'both')).toEqual([
      'by password',
      'by certificate',
      'by the next one',
      'in the clear',
    ]);
  });

  test('refuses certificates that are expired, foreign, or nobody’s', async () => {
    const { certificates } = theBroker();
    for (const certificate of [certificates.expiredClient, certificates.foreign, certificates.unknownClient])
      await expect(open({ certificate })).rejects.toThrow();
  });

  test('keeps what it confirmed over a restart and a kill, on the same ports', async () => {
    const broker = theBroker();
    const before = await open();
    await before.channel.assertQueue('kept', { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    await send(before, 'kept', 'before the restart');
    await broker.restart();
    await before.gone;
    const between = await open();
    await send(between, 'kept', 'before the kill');
    await broker.kill();
    await between.gone;
    await expect(open()).rejects.toThrow(/ECONNREFUSED/);
    await broker.start();
    const after = await open();
    expect(await takeAll(after, 'kept')).toEqual(['before the restart', 'before the kill']);
  });

  test('blocks publishers while its memory alarm is raised, and confirms them afterwards', async () => {
    const broker = theBroker();
    const client = await open();
    await client.channel.assertQueue('alarmed', { durable: true });
    const blocked = new Promise<void>((resolve) => client.connection.once('blocked', () => resolve()));
    const unblocked = new Promise<void>((resolve) => client.connection.once('unblocked', () => resolve()));
    await broker.setMemoryAlarm(true);
    const sent = send(client, 'alarmed', 'through the alarm');
    await blocked;
    await broker.setMemoryAlarm(false);
    await unblocked;
    await sent;
    expect(await takeAll(client, 'alarmed')).toEqual(['through the alarm']);
  });

  test('answers nothing while it is paused, and everything afterwards', async () => {
    const broker = theBroker();
    const client = await open();
    await client.channel.assertQueue('paused', { durable: true });
    await broker.pause();
    let confirmed = false;
    const sent = send(client, 'paused', 'through the pause').then(() => {
      confirmed = true;
    });
    // A round through the kernel and back, in which a broker that runs would have answered many times.
    await expect(
      fetch(`http://127.0.0.1:${broker.managementPort}/`, { signal: AbortSignal.timeout(1000) }),
    ).rejects.toThrow();
    expect(confirmed).toBe(false);
    await broker.resume();
    await sent;
    expect(await takeAll(client, 'paused')).toEqual(['through the pause']);
  });

  test('loses a queue, an exchange and its connections when an operator takes them', async () => {
    const { management } = theBroker();
    const client = await open();
    await client.channel.assertQueue('taken', { durable: true });
    await client.channel.assertExchange('taken', 'topic', { durable: true });
    await management.deleteQueue(vhost, 'taken');
    await management.deleteExchange(vhost, 'taken');
    expect((await management.queues(vhost)).map(({ name }) => name)).not.toContain('taken');
    // The management sees a new connection only when its statistics come round.
    await until('the connection is closed', async () => (await management.closeConnections(vhost)) > 0);
    await client.gone;
  });
});

function send({ channel }: Client, queue: string, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    channel.sendToQueue(queue, Buffer.from(text), { persistent: true }, (error) =>
      error ? reject(error) : resolve(),
    );
  });
}

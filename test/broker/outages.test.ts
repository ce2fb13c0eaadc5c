import { afterAll, beforeAll, expect, test } from 'vitest';
import { openClient } from './amqp-client.ts';
import { type BridgeStatus, expectConsistent, isDown, isUp } from './bridge-status.ts';
import { type DeliveryWatch, openDeliveryWatch } from './delivery-watch.ts';
import { QueueReader } from './queue-reader.ts';
import { describeWithBroker, theBroker, useVhost } from './the-broker.ts';
import { until } from './waiting.ts';

/*
 * What befalls a broker, one after the other, beside one node whose events never stop coming. After each of it every
 * event of the journal is in the queue, or in quarantine; and what `status bridge` said meanwhile was so.
 */

/** How long the broker is away; a minute and more in a long run. */
const awayMs = Number(process.env['POLAR_BROKER_AWAY_MS'] ?? 15_000);
const confirmWithinMs = 5000;
const window = 64;

describeWithBroker('events that never stop coming', () => {
  const vhost = useVhost();
  let watch: DeliveryWatch;

  beforeAll(async () => {
    const broker = theBroker();
    const settings = [`window = ${window}`, `confirm_within = ${confirmWithinMs}ms`];
    watch = await openDeliveryWatch(broker, { vhost, port: broker.amqpsPort, settings });
  });
  afterAll(() => watch?.close());

  const told = (what: string, holds: (status: BridgeStatus) => boolean) => watch.node.told(what, holds);
  /** As an operator does it; the management knows of a new connection only when its statistics come round. */
  const closeConnection = async () => {
    const before = await told('the link is up', isUp);
    let after = before;
    await until('the link is a new one', async () => {
      await theBroker().management.closeConnections(vhost);
      after = await watch.node.status();
      return isUp(after) && after.link.since > before.link.since;
    });
    return { before, after };
  };
  const nothingIsLost = async () =>
    expect(await watch.everythingArrives()).toMatchObject({ lost: [], forged: [], late: [] });

  test('arrive in order while all is well', async () => {
    await watch.pushes.more(40);
    const status = await told('the link is up', isUp);
    expect(status.link.detail).toBe(`amqps://localhost:${theBroker().amqpsPort}/${vhost}`);
    await nothingIsLost();
  });

  test('arrive when the broker was restarted', async () => {
    const before = await told('the link is up', isUp);
    await theBroker().stop();
    await watch.pushes.more(20);
    const away = await told('the broker is away', (status) => isDown(status) && status.lag >= 20);
    expect(away.lastError?.code).toMatch(/^broker\.(?:lost|unreachable)$/);
    expect(away).toMatchObject({ pid: before.pid, restarts: before.restarts, process: 'ready' });
    expectConsistent(away);
    await theBroker().start();
    await told('all is made up for', (status) => isUp(status) && status.cursor > away.newest);
    await nothingIsLost();
  });

  test('arrive when the broker was killed, and away for a while', async () => {
    const before = await told('the link is up', isUp);
    await theBroker().kill();
    const gone = performance.now();
    const first = await told('the broker is away', isDown);
    await until('that while is over', async () => performance.now() - gone > awayMs, awayMs + 60_000);
    const later = await told('it is still away', (status) => isDown(status) && status.lag > first.lag);
    expect(later.lagMs).toBeGreaterThan(awayMs / 2);
    expect(later.cursor).toBe(first.cursor);
    expect(later).toMatchObject({ pid: before.pid, inFlight: 0, lastError: { code: 'broker.unreachable' } });
    expectConsistent(later);
    await theBroker().start();
    await told('all is made up for', (status) => isUp(status) && status.cursor > later.newest);
    await nothingIsLost();
  });

  test('wait while the broker has no memory, for longer than confirmations may take', async () => {
    const { newest } = await told('the link is up', isUp);
    const before = await told('the outages before are made up for', ({ cursor }) => cursor >= newest);
    await theBroker().setMemoryAlarm(true);
    try {
      const blocked = await told('the broker blocks', ({ link }) => link.state === 'blocked');
      await watch.pushes.more(window + 20);
      const still = await told(
        'it still does',
        ({ lagMs, lag }) => lag > window && lagMs > 2 * confirmWithinMs,
      );
      expect(still.link).toEqual(blocked.link);
      // No more than the window is on its way, or in memory.
      expect(still.inFlight).toBeLessThanOrEqual(window);
      expect(still).toMatchObject({ pid: before.pid, redelivered: before.redelivered });
      expectConsistent(still);
    } finally {
      await theBroker().setMemoryAlarm(false);
    }
    await told('the link is up', isUp);
    await nothingIsLost();
  });

  test('arrive when an operator has closed the connection', async () => {
    const { before, after } = await closeConnection();
    expect(after).toMatchObject({ pid: before.pid, lastError: { code: 'broker.lost' } });
    await nothingIsLost();
  });

  test('arrive when the exchange was deleted: it is made again', async () => {
    const before = await told('the link is up', isUp);
    await theBroker().management.deleteExchange(vhost, 'polar.events');
    const after = await told(
      'it is a new link',
      (status) => isUp(status) && status.link.since > before.link.since,
    );
    expect(after).toMatchObject({ quarantined: 0, lastError: { code: 'broker.exchange-missing' } });
    await nothingIsLost();
  });

  test('are only held up by one that makes the broker close the channel: it is found, and set aside', async () => {
    const largest = async (bytes: number) => {
      await theBroker().rabbitmqctl('eval', `application:set_env(rabbit, max_message_size, ${bytes}).`);
      // A channel keeps the limit that it began with.
      await closeConnection();
    };
    await largest(20_000);
    try {
      await watch.pushes.one('stone', 'x'.repeat(50_000));
      await watch.pushes.more(20);
      const found = await told('one is set aside', ({ quarantined }) => quarantined > 0);
      expect(found).toMatchObject({ quarantined: 1, lastError: { code: 'broker.channel-closed' } });
      const [stone, ...others] = await watch.node.setAside();
      expect({ stone, others }).toMatchObject({
        stone: {
          subject: 'anna.event.note.stone',
          state: 'quarantined',
          reason: expect.stringContaining('broker.channel-closed'),
        },
        others: [],
      });
      const aside = new Set([stone?.name ?? '']);
      expect(await watch.everythingArrives(aside)).toMatchObject({ lost: [], forged: [], late: [] });
      expect(await told('no other is', isUp)).toMatchObject({ quarantined: 1, redriving: 0 });
    } finally {
      await largest(100_000_000);
    }
    await watch.node.retry();
    await nothingIsLost();
    await told('nothing is set aside', ({ quarantined, redriving }) => quarantined + redriving === 0);
  });

  test('arrive wherever else a queue is bound when theirs was deleted, and there again after the next connect', async () => {
    const broker = theBroker();
    const { channel, close } = await openClient(broker, vhost);
    await channel.assertQueue('test.witness', { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    await channel.bindQueue('test.witness', 'polar.events', '#');
    await close();
    await nothingIsLost();
    // From here on the witness has what the deleted queue takes with it.
    watch.queues.push(new QueueReader(broker, vhost, 'test.witness'));
    await broker.management.deleteQueue(vhost, 'polar.events');
    await watch.pushes.more(20);
    await nothingIsLost();
    // What was on its way to that queue may be refused: then the link is another one.
    expect(await told('the link is up', isUp)).toMatchObject({ quarantined: 0 });
    await closeConnection();
    const hasEvents = async () =>
      (await broker.management.queues(vhost)).some(
        ({ name, messages }) => name === 'polar.events' && messages > 0,
      );
    await until('their own queue has events again', hasEvents);
  });

  test('are every one that the node has given its word for', async () => {
    expect(await watch.unkept()).toEqual([]);
  });

  test('arrive when no queue is left: theirs is declared again, and nothing set aside', async () => {
    await nothingIsLost();
    for (const name of ['polar.events', 'test.witness'])
      await theBroker().management.deleteQueue(vhost, name);
    for (const key of ['pepper', 'mint', 'sage']) await watch.pushes.one(key, 'late');
    const { newest } = await told('the queue was missing', isMissing);
    const after = await told('it is there again', (status) => isUp(status) && status.cursor >= newest);
    expect(after).toMatchObject({ quarantined: 0 });
    watch.queues.push(new QueueReader(theBroker(), vhost, 'polar.events'));
    await nothingIsLost();
  });
});

const isMissing = ({ lastError }: BridgeStatus) => lastError?.code === 'broker.queue-missing';

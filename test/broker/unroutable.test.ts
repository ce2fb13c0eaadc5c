import { afterAll, beforeAll, expect, test } from 'vitest';
import { openClient } from './amqp-client.ts';
import { type DeliveryWatch, openDeliveryWatch } from './delivery-watch.ts';
import { describeWithBroker, theBroker, useVhost } from './the-broker.ts';
import { until } from './waiting.ts';

/* Nobody has bound a queue: the broker confirms such events all the same, and nothing of them is lost. */

describeWithBroker('events that no queue takes', () => {
  const vhost = useVhost();
  let watch: DeliveryWatch;

  beforeAll(async () => {
    watch = await openDeliveryWatch(theBroker(), {
      vhost,
      port: theBroker().amqpsPort,
      settings: ['queues = none'],
    });
  });
  afterAll(() => watch?.close());

  /** Stops nothing: what is pushed meanwhile has no part in it. */
  const setAsideUntilNow = async () => {
    const due = await watch.node.journaled();
    await watch.node.told('they are dealt with', ({ cursor }) => cursor >= due.length);
    const aside = await watch.node.setAside();
    return { due, aside: aside.slice(0, due.length) };
  };

  test('are set aside, each with its reason, and counted', async () => {
    await watch.pushes.more(40);
    const { due, aside } = await setAsideUntilNow();
    expect(aside.map(({ name }) => name)).toEqual(due.map(({ id }) => id));
    expect(aside.map(({ type }) => type)).toEqual(due.map(({ type }) => type));
    for (const { state, sink, reason, attempts } of aside)
      expect({ state, sink, reason, attempts }).toEqual({
        state: 'quarantined',
        sink: 'amqp',
        reason: expect.stringMatching(/^broker\.unroutable: .*NO_ROUTE/),
        attempts: expect.any(Number),
      });
    const status = await watch.node.told('it is up', ({ link }) => link.state === 'up');
    expect(status.quarantined).toBeGreaterThanOrEqual(due.length);
    // The rest is on its way at most.
    expect(status.newest - status.quarantined).toBe(status.lag);
    expect(status).toMatchObject({ delivered: 0, lastError: { code: 'broker.unroutable' } });
    expect((await watch.node.pzm('status', 'bridge')).stdout).toMatch(/\d+ in quarantine \(pzm dlq list\)/);
  });

  test('are set aside again when they are sent again before a queue is bound', async () => {
    const [first] = await watch.node.setAside();
    const { name = '', attempts = 0 } = first ?? {};
    await watch.node.retry(name);
    await until('it is back', async () => {
      const row = (await watch.node.setAside()).find((each) => each.name === name);
      return row?.state === 'quarantined' && row.attempts > attempts;
    });
  });

  test('arrive with their ids once a queue is bound, by dlq retry, and are no longer set aside', async () => {
    const broker = theBroker();
    const { channel, close } = await openClient(broker, vhost);
    await channel.assertQueue('polar.events', { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    await channel.bindQueue('polar.events', 'polar.events', '#');
    await close();
    const { due } = await setAsideUntilNow();
    await watch.node.retry();
    const { lost, forged } = await watch.everythingArrives();
    expect({ lost, forged }).toEqual({ lost: [], forged: [] });
    await watch.node.told('none is set aside', ({ quarantined, redriving }) => quarantined + redriving === 0);
    expect(await watch.node.setAside()).toEqual([]);
    // They say that they were sent before.
    const ids = new Set(due.slice(0, 20).map(({ id }) => id));
    for (const { id, headers } of watch.arrived().filter((each) => ids.has(each.id)))
      expect({ id, ...headers }).toMatchObject({ redelivered: true, sequence: expect.any(Number) });
    const orders = (await watch.node.journaled()).filter(({ type }) => type === 'polar.delivery.retried');
    expect(orders).toMatchObject([{ data: { sink: 'amqp' } }, { data: { sink: 'amqp', sequences: null } }]);
  });

  test('need no further ado once there is a queue', async () => {
    await watch.pushes.more(20);
    expect(await watch.everythingArrives()).toMatchObject({ lost: [], forged: [] });
    expect(await watch.unkept()).toEqual([]);
    expect(await watch.node.status()).toMatchObject({ quarantined: 0, redriving: 0, lag: 0 });
  });
});

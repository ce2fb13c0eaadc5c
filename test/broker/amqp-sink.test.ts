import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { anEvent, describeSink } from '../contract/sink.ts';
import { type AmqpSubject, openAmqpSubject } from './amqp-sink.ts';
import { describeWithBroker, theBroker, useVhost } from './the-broker.ts';
import { until } from './waiting.ts';

describeWithBroker('RabbitMQ', () => {
  const vhost = useVhost();
  describeSink({ name: 'amqp', open: () => openAmqpSubject(theBroker(), vhost) });
});

describeWithBroker('the link to RabbitMQ', () => {
  const vhost = useVhost();
  const opened: AmqpSubject[] = [];
  const lost: unknown[] = [];
  const onLost = (error: unknown) => lost.push(error);
  const open = async (changes?: Parameters<typeof openAmqpSubject>[2]) => {
    const subject = await openAmqpSubject(theBroker(), vhost, changes);
    opened.push(subject);
    return subject;
  };
  const stateOf = ({ sink }: AmqpSubject) => sink.link().state;
  const becomes = (subject: AmqpSubject, state: string) =>
    until(`the link is ${state}`, async () => stateOf(subject) === state);
  afterEach(async () => {
    lost.length = 0;
    for (const subject of opened.splice(0)) await subject.close();
  });

  test('makes what is to be there: quorum queues with dead letters, and an exchange to select by', async () => {
    const subject = await open();
    await subject.sink.connect(onLost);
    const queues = await theBroker().management.queues(vhost);
    expect(queues.map(({ name, type }) => [name, type])).toEqual(
      expect.arrayContaining([
        ['polar.events', 'quorum'],
        ['polar.dead-letters', 'quorum'],
      ]),
    );
    const { channel } = subject.client;
    await channel.assertQueue('high', { exclusive: true });
    await channel.bindQueue('high', 'polar.select', '', { 'x-match': 'all', severity: 'high' });
    for (const [sequence, severity] of ['low', 'high', null].entries()) {
      await subject.sink.write(anEvent(sequence, { data: { severity } }), 1);
    }
    const message = await channel.get('high', { noAck: true });
    expect(message).toMatchObject({
      fields: { routingKey: 'anna.event.http.shop' },
      properties: {
        messageId: 'j-1',
        contentType: 'application/cloudevents+json',
        deliveryMode: 2,
        headers: { severity: 'high', sequence: 1, attempt: 1 },
      },
    });
    expect(await channel.get('high', { noAck: true })).toBe(false);
  });

  test('dead letters of its queues are kept', async () => {
    const { sink, client } = await open();
    await sink.connect(onLost);
    await sink.write(anEvent(1), 1);
    const refused = await client.channel.get('polar.events');
    if (refused) client.channel.nack(refused, false, false);
    await until(
      'the dead letter is there',
      async () => (await client.channel.checkQueue('polar.dead-letters')).messageCount > 0,
    );
    await client.channel.purgeQueue('polar.dead-letters');
  });

  test('an event that no queue takes is refused for good, though the broker confirms it; with a queue it goes', async () => {
    const subject = await open(() => ({
      queues: 'none',
      exchange: 'lonely',
      select_exchange: 'lonely.select',
    }));
    const { sink, client } = subject;
    await sink.connect(onLost);
    await expect(sink.write(anEvent(1), 1)).rejects.toMatchObject({ code: 'broker.unroutable' });
    await client.channel.assertQueue('late', { exclusive: true });
    await client.channel.bindQueue('late', 'lonely', '#');
    await sink.write(anEvent(1), 2);
    expect(await client.channel.get('late', { noAck: true })).toMatchObject({
      properties: { messageId: 'j-1', headers: { attempt: 2, redelivered: true } },
    });
    expect(lost).toEqual([]);
  });

  test('an event that a full queue does not take is refused for now', async () => {
    const { sink } = await open(() => ({
      queues: 'full',
      exchange: 'narrow',
      select_exchange: 'narrow.select',
      'queue_argument.x-max-length': 1,
      'queue_argument.x-overflow': 'reject-publish',
    }));
    await sink.connect(onLost);
    let refusal: unknown;
    let sequence = 0;
    // How many it takes beyond its length is the queue's own business.
    await until('the queue is full', async () => {
      await sink.write(anEvent(sequence++), 1).catch((error: unknown) => {
        refusal = error;
      });
      return refusal !== undefined;
    });
    expect(refusal).toMatchObject({ code: 'broker.nacked' });
  });

  test('an exchange that is deleted is told of, and made again', async () => {
    const subject = await open();
    await subject.sink.connect(onLost);
    await theBroker().management.deleteExchange(vhost, 'polar.events');
    await expect(subject.sink.write(anEvent(1), 1)).rejects.toMatchObject({
      code: 'broker.exchange-missing',
    });
    expect(lost).toEqual([expect.objectContaining({ code: 'broker.exchange-missing' })]);
    expect(stateOf(subject)).toBe('down');
    await subject.sink.connect(onLost);
    await subject.sink.write(anEvent(1), 2);
    expect(await subject.arrived()).toEqual(['j-1']);
  });

  test('a queue that is deleted is made again before anything is set aside; not every time', async () => {
    const subject = await open();
    const deleteQueue = () => theBroker().management.deleteQueue(vhost, 'polar.events');
    await subject.sink.connect(onLost);
    await deleteQueue();
    await expect(subject.sink.write(anEvent(1), 1)).rejects.toMatchObject({ code: 'broker.queue-missing' });
    expect(lost).toEqual([expect.objectContaining({ code: 'broker.queue-missing' })]);
    await subject.sink.connect(onLost);
    await subject.sink.write(anEvent(1), 2);
    expect(await subject.arrived()).toEqual(['j-1']);
    await deleteQueue();
    await expect(subject.sink.write(anEvent(2), 1)).rejects.toMatchObject({ code: 'broker.unroutable' });
    expect(lost).toHaveLength(1);
  });

  test('a permission that is taken away is told of', async () => {
    const broker = theBroker();
    const subject = await open();
    await subject.sink.connect(onLost);
    await broker.management.permit(broker.username, vhost, '.*', '^$', '.*');
    try {
      // The broker keeps what it knows of a channel for a while: a new one asks anew.
      await expect(
        subject.sink.connect(onLost).then(() => subject.sink.write(anEvent(1), 1)),
      ).rejects.toMatchObject({ code: 'broker.permission-denied' });
    } finally {
      await broker.management.permit(broker.username, vhost);
    }
  });

  test('a memory alarm blocks it, which is no loss, however long it takes', async () => {
    const broker = theBroker();
    const subject = await open(() => ({ confirm_within: '1s' }));
    await subject.sink.connect(onLost);
    await broker.setMemoryAlarm(true);
    let isWritten = false;
    const writing = subject.sink.write(anEvent(1), 1).then(() => {
      isWritten = true;
    });
    await becomes(subject, 'blocked');
    const since = performance.now();
    await until('longer than a confirmation may take', async () => performance.now() - since > 2000);
    expect([isWritten, stateOf(subject)]).toEqual([false, 'blocked']);
    await broker.setMemoryAlarm(false);
    await writing;
    expect(stateOf(subject)).toBe('up');
    expect(lost).toEqual([]);
    expect(await subject.arrived()).toEqual(['j-1']);
  });

  test('silence in the place of a confirmation is a loss', async () => {
    const subject = await open(() => ({ confirm_within: '1s' }));
    await subject.sink.connect(onLost);
    subject.proxy.stall('down');
    await expect(subject.sink.write(anEvent(1), 1)).rejects.toMatchObject({ code: 'broker.lost' });
    expect(lost).toEqual([expect.objectContaining({ message: expect.stringContaining('no confirmation') })]);
    await subject.proxy.heal();
    await subject.sink.connect(onLost);
    await subject.sink.write(anEvent(1), 2);
    expect(await subject.arrived()).toContain('j-1');
  });

  test('a connection that ends in the middle of a frame is a loss, and nothing hangs', async () => {
    const subject = await open();
    await subject.sink.connect(onLost);
    subject.proxy.truncate('up', 900);
    const writes = Array.from({ length: 20 }, (_, index) => subject.sink.write(anEvent(index), 1));
    const ends = await Promise.allSettled(writes);
    expect(ends.map(({ status }) => status)).toContain('rejected');
    expect(lost).toEqual([expect.objectContaining({ code: 'broker.lost' })]);
    await subject.proxy.heal();
    await subject.sink.connect(onLost);
    await subject.sink.write(anEvent(99), 1);
    expect((await subject.arrived()).at(-1)).toBe('j-99');
  });

  test('connections that an operator closes are a loss', async () => {
    const subject = await open();
    await subject.sink.connect(onLost);
    const { management } = theBroker();
    await until(
      'the operator sees the connection',
      async () => (await management.closeConnections(vhost)) > 0,
    );
    await until('it is lost', async () => lost.length > 0);
    expect(lost).toEqual([expect.objectContaining({ code: 'broker.lost' })]);
    expect(subject.sink.link()).toMatchObject({ state: 'down', lastError: { code: 'broker.lost' } });
  });

  /** Writes one after the other, 20 on their way, until `enough`, and gives all that were confirmed. */
  async function writeUntil({ sink }: AmqpSubject, enough: () => boolean): Promise<string[]> {
    const confirmed: string[] = [];
    let sequence = 0;
    const lane = async () => {
      while (!enough()) {
        const event = anEvent(sequence++);
        await sink.write(event, 1);
        confirmed.push(event.id);
      }
    };
    await Promise.all(Array.from({ length: 20 }, lane));
    return confirmed.sort(bySequence);
  }
  const bySequence = (a: string, b: string) => Number(a.slice(2)) - Number(b.slice(2));
  const connectionNames = async (): Promise<string[]> => {
    const list = (await theBroker().management.request('GET', `/vhosts/${vhost}/connections`)) as {
      name: string;
      client_properties: { connection_name?: string };
    }[];
    return list
      .filter((one) => one.client_properties.connection_name?.startsWith('polar-zmanager'))
      .map(({ name }) => name);
  };

  test('a certificate that changes is shown at once: nothing is lost, and nothing out of order', async () => {
    const { certificates } = theBroker();
    const subject = await open((folder) => {
      copyFileSync(certificates.client.cert, join(folder, 'cert.pem'));
      copyFileSync(certificates.client.key, join(folder, 'cert.key'));
      return { username: undefined, password: undefined, cert: 'cert.pem', key: 'cert.key' };
    });
    await subject.sink.connect(onLost);
    await until('the broker lists the link', async () => (await connectionNames()).length === 1);
    const [before] = await connectionNames();
    let isRenewed = false;
    const writing = writeUntil(subject, () => isRenewed);
    copyFileSync(certificates.nextClient.key, join(subject.folder, 'cert.key'));
    copyFileSync(certificates.nextClient.cert, join(subject.folder, 'cert.pem'));
    await until('another link has taken over', async () => {
      const names = await connectionNames();
      return names.length === 1 && names[0] !== before;
    });
    isRenewed = true;
    const confirmed = await writing;
    expect(await subject.arrived()).toEqual(confirmed);
    expect(lost).toEqual([]);
    expect(stateOf(subject)).toBe('up');
  });

  test('a password that changes is used at once', async () => {
    const broker = theBroker();
    await broker.management.addUser('rotating', 'first-password-1');
    await broker.management.permit('rotating', vhost);
    const subject = await open((folder) => {
      writeFileSync(join(folder, 'rotating'), 'first-password-1\n');
      return { username: 'rotating', password: `\${file:rotating}` };
    });
    await subject.sink.connect(onLost);
    await until('the broker lists the link', async () => (await connectionNames()).length === 1);
    const [before] = await connectionNames();
    await broker.management.addUser('rotating', 'second-password-2');
    writeFileSync(join(subject.folder, 'rotating'), 'second-password-2\n');
    await until('another link has taken over', async () => {
      const names = await connectionNames();
      return names.length === 1 && names[0] !== before;
    });
    await subject.sink.write(anEvent(1), 1);
    expect(lost).toEqual([]);
    await broker.management.deleteUser('rotating');
  });

  test('a change that does not work leaves the link as it is, and is told', async () => {
    const broker = theBroker();
    const subject = await open();
    await subject.sink.connect(onLost);
    writeFileSync(subject.passwordFile, 'hunter2-is-wrong\n');
    await until('it is told', async () => subject.sink.link().lastError?.code === 'broker.auth-refused');
    expect(stateOf(subject)).toBe('up');
    expect(JSON.stringify(subject.sink.link())).not.toContain('hunter2');
    await subject.sink.write(anEvent(1), 1);
    writeFileSync(subject.passwordFile, `${broker.password}\n`);
    expect(await subject.arrived()).toEqual(['j-1']);
    expect(lost).toEqual([]);
  });
});

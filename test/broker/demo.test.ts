import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import type { CloudEvent } from '../../src/model/cloud-event.ts';
import { pzm } from '../e2e/command.ts';
import { openClient } from './amqp-client.ts';
import { describedMessages } from './described-messages.ts';
import { QueueReader } from './queue-reader.ts';
import { reckon } from './reckoning.ts';
import { describeWithBroker, theBroker, useVhost } from './the-broker.ts';
import { until } from './waiting.ts';

const program = fileURLToPath(new URL('../../examples/consumer/consumer.mjs', import.meta.url));

describeWithBroker('the demo with a broker', () => {
  const vhost = useVhost();
  let printed: CloudEvent[];
  let everything: Consumed;
  let severe: Consumed;
  let queue: QueueReader;

  beforeAll(async () => {
    const broker = theBroker();
    const url = `amqps://localhost:${broker.amqpsPort}/${vhost}`;
    // The consumers are here first, as on a broker that somebody has set up: they are to see it from the beginning.
    const { channel, close } = await openClient(broker, vhost);
    await channel.assertExchange('polar.events', 'topic', { durable: true });
    await channel.assertExchange('polar.select', 'headers', { durable: true });
    const consumers = [
      startConsumer(url, '--queue', 'test.everything'),
      startConsumer(url, '--queue', 'test.severe', '--match', 'severity=high'),
    ] as const;
    try {
      for (const { stderr } of consumers)
        await until('the consumer reads', async () => stderr().includes('reading'));
      const { ca, certificates } = broker;
      const demo = ['up', '--demo', '--for', '20s', '--format', 'jsonl', '--broker', url];
      const secrets = ['--broker-cert', certificates.client.cert, '--broker-key', certificates.client.key];
      const { code, stdout, stderr } = await pzm([...demo, '--broker-ca', ca, ...secrets], tmpdir());
      expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining(' · 0 lost') });
      printed = eventsIn(stdout);
      queue = new QueueReader(broker, vhost, 'polar.events');
      const isThere = () => printed.every(({ id }) => queue.ids.has(id));
      await queue.takeUntil(isThere, () => `${queue.ids.size} of ${printed.length} have.`);
      await until('both have read their queues', async () => {
        const counts = ['test.everything', 'test.severe'].map((name) => channel.checkQueue(name));
        return (await Promise.all(counts)).every(({ messageCount }) => messageCount === 0);
      });
    } finally {
      const [first, second] = await Promise.all(consumers.map((consumer) => consumer.end()));
      [everything, severe] = [first as Consumed, second as Consumed];
      await close();
    }
  });

  test('prints its events and delivers them', () => {
    expect(printed.length).toBeGreaterThan(4);
    expect(reckon(printed, queue.all)).toEqual({ lost: [], forged: [], late: [], duplicates: 0 });
  });

  test('delivers messages as they are described, bodies, headers and properties', () => {
    const problemsOf = describedMessages();
    expect(queue.all.flatMap(problemsOf)).toEqual([]);
    // And the description says no where it should.
    const [first] = queue.all;
    expect(problemsOf({ ...first!, headers: {}, body: '{"type":"polar.observation.first"}' })).not.toEqual(
      [],
    );
  });

  test('a consumer with nothing of ours receives every event, in the order of each routing key', () => {
    expect(everything.events.map(({ id }) => id).sort()).toEqual(printed.map(({ id }) => id).sort());
    expect(everything.events).toEqual(expect.arrayContaining(printed));
    expect(everything.summary).toMatchObject({ events: printed.length, late: 0, missing: [] });
  });

  test('a consumer that selects severity high receives just those', () => {
    const high = printed.filter(({ data }) => (data as { severity?: unknown }).severity === 'high');
    expect(high.length).toBeGreaterThan(0);
    expect(high.length).toBeLessThan(printed.length);
    expect(severe.events).toEqual(high);
  });
});

interface Consumed {
  readonly events: readonly CloudEvent[];
  readonly summary: Readonly<Record<string, unknown>>;
}

/** The example as its page tells it to be started. */
function startConsumer(url: string, ...args: string[]): { stderr(): string; end(): Promise<Consumed> } {
  const { ca, certificates } = theBroker();
  const { cert, key } = certificates.client;
  const tls = ['--ca', ca, '--cert', cert, '--key', key];
  const child: ChildProcess = spawn(process.execPath, [program, '--url', url, ...tls, ...args]);
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.on('data', (chunk: Buffer) => {
      said[name] += chunk.toString();
    });
  const closed = once(child, 'close');
  return {
    stderr: () => said.stderr,
    async end() {
      child.kill('SIGTERM');
      await closed;
      const last = said.stderr.trim().split('\n').at(-1) ?? '';
      return { events: eventsIn(said.stdout), summary: last.startsWith('{') ? JSON.parse(last) : { last } };
    },
  };
}

function eventsIn(lines: string): CloudEvent[] {
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as CloudEvent);
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAmqpSink } from '../../src/bridge/amqp/sink.ts';
import type { Sink } from '../../src/bridge/sink.ts';
import type { BrokerSettings } from '../../src/config/broker.ts';
import { parsePolarIni } from '../../src/config/polar-ini.ts';
import { formatFinding } from '../../src/model/finding.ts';
import type { OpenedSink } from '../contract/sink.ts';
import { type Client, openClient, takeAll } from './amqp-client.ts';
import type { Broker } from './broker.ts';
import { openTcpProxy, type TcpProxy } from './tcp-proxy.ts';

/** Settings as a file would have them, over the defaults of these tests: the administrator, by password, verified. */
export function settingsFor(
  broker: Broker,
  vhost: string,
  passwordFile: string,
  changes: Readonly<Record<string, string | number | undefined>> = {},
): BrokerSettings {
  const lines = {
    url: `amqps://localhost:${broker.amqpsPort}/${vhost}`,
    ca: broker.ca,
    username: broker.username,
    password: `\${file:${passwordFile}}`,
    ...changes,
  };
  const text = Object.entries(lines)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key} = ${value}`);
  const { polar, findings, refusal } = parsePolarIni(['[broker]', ...text].join('\n'), 'polar.ini');
  if (findings.length > 0 || refusal || !polar.settings.broker) {
    throw new Error(findings.map(formatFinding).join('\n') || String(refusal));
  }
  return polar.settings.broker;
}

export interface AmqpSubject extends OpenedSink {
  readonly proxy: TcpProxy;
  /** Sees what the broker has, with nothing of ours in it. */
  readonly client: Client;
  /** Of files that a test may change. */
  readonly folder: string;
  readonly passwordFile: string;
}

/** A sink with a network between it and the broker that fails on demand. */
export async function openAmqpSubject(
  broker: Broker,
  vhost: string,
  changes: (folder: string) => Readonly<Record<string, string | number | undefined>> = () => ({}),
): Promise<AmqpSubject & { readonly sink: Sink }> {
  const folder = mkdtempSync(join(tmpdir(), 'polar-amqp-'));
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, `${broker.password}\n`);
  const proxy = await openTcpProxy(broker.amqpsPort);
  const client = await openClient(broker, vhost);
  const url = `amqps://localhost:${proxy.port}/${vhost}`;
  const settings = settingsFor(broker, vhost, passwordFile, { url, ...changes(folder) });
  const sink = createAmqpSink({ settings, baseDir: folder, lookEveryMs: 50 });
  const [queue = 'none'] = settings.topology.queues;
  const arrived: string[] = [];
  return {
    sink,
    proxy,
    client,
    folder,
    passwordFile,
    async arrived() {
      const bodies = await takeAll(client, queue);
      arrived.push(...bodies.map((body) => (JSON.parse(body) as { id: string }).id));
      return arrived;
    },
    hold: () => proxy.stall('up', 'down'),
    release: () => proxy.heal(),
    cut: () => proxy.cut(),
    async close() {
      await proxy.heal();
      await sink.close();
      for (const name of settings.topology.queues)
        await broker.management.deleteQueue(vhost, name).catch(() => {});
      await client.close();
      await proxy.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

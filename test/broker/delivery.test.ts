import { copyFileSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterEach, expect, test } from 'vitest';
import type { CloudEvent } from '../../src/model/cloud-event.ts';
import { childrenOf, makeProject, processesOf, pzm } from '../e2e/command.ts';
import { type Client, openClient, takeAll } from './amqp-client.ts';
import { describeWithBroker, theBroker, useVhost } from './the-broker.ts';
import { until } from './waiting.ts';

/* The built command and the broker, and between them nothing that the tests have made. */

describeWithBroker('a node with a broker', () => {
  const vhost = useVhost();
  const clients: Client[] = [];
  const open = async () => {
    const client = await openClient(theBroker(), vhost);
    clients.push(client);
    return client;
  };
  const urlOf = () => `amqps://localhost:${theBroker().amqpsPort}/${vhost}`;
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
  });

  test('delivers the whole demo, and to who selects the grave events just those', async () => {
    const { ca, certificates } = theBroker();
    const client = await open();
    const { channel } = client;
    await channel.assertExchange('polar.events', 'topic', { durable: true });
    await channel.assertExchange('polar.select', 'headers', { durable: true });
    await channel.bindExchange('polar.select', 'polar.events', '#');
    await channel.assertQueue('high', { exclusive: true });
    await channel.bindQueue('high', 'polar.select', '', { 'x-match': 'all', severity: 'high' });

    const flags = ['--broker', urlOf(), '--broker-ca', ca];
    const pair = ['--broker-cert', certificates.client.cert, '--broker-key', certificates.client.key];
    const demo = ['up', '--demo', '--for', '20s', '--format', 'jsonl', ...flags, ...pair];
    const { code, stdout, stderr } = await pzm(demo, tmpdir());
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining(' · 0 lost') });

    const printed = stdout.trim().split('\n');
    const delivered = await takeAll(client, 'polar.events');
    expect(delivered).toEqual(printed);
    const events = delivered.map((body) => JSON.parse(body) as CloudEvent);
    const isValid = schemaOfEvents();
    for (const event of events) expect(isValid(event), JSON.stringify(isValid.errors)).toBe(true);
    const grave = events.filter(({ data }) => (data as { severity?: string }).severity === 'high');
    expect(grave.length).toBeGreaterThan(0);
    expect(grave.length).toBeLessThan(events.length);
    expect((await takeAll(client, 'high')).map((body) => (JSON.parse(body) as CloudEvent).id)).toEqual(
      grave.map(({ id }) => id),
    );
  });

  test('says nothing of its password anywhere, and delivers after a kill where it stood', async () => {
    const broker = theBroker();
    const ini = [
      '[node]',
      'name = anna',
      '[run]',
      'dir = run',
      '[broker]',
      `url = ${urlOf()}`,
      'ca = ca.pem',
    ];
    const login = [`username = ${broker.username}`, `password = \${file:password}`];
    const { folder, remove } = makeProject({
      'polar.ini': [...ini, ...login].join('\n'),
      password: `${broker.password}\n`,
      'flows/note.ini': '[Note]\n?Note?Push\n?Note@PUBLISH?noted\n??done\n',
    });
    copyFileSync(broker.ca, join(folder, 'ca.pem'));
    const said: string[] = [];
    const run = async (...args: string[]) => {
      const finished = await pzm(args, folder);
      said.push(finished.stdout, finished.stderr);
      return finished;
    };
    const client = await open();
    const arrived: CloudEvent[] = [];
    const notes = async () => {
      const bodies = await takeAll(client, 'polar.events');
      arrived.push(...bodies.map((body) => JSON.parse(body) as CloudEvent));
      return arrived.filter(({ type }) => type === 'polar.flow.Note.noted');
    };
    try {
      expect(await run('bridge', 'check')).toMatchObject({ code: 0 });
      expect(await run('up', '-d')).toMatchObject({ code: 0 });
      await run('push', 'Note', '{"n":1}');
      await until('the first note is there', async () => (await notes()).length === 1);

      const bridge = (await processesOf(folder)).find(({ role }) => role === 'bridge');
      process.kill(bridge?.pid ?? 0, 'SIGKILL');
      await run('push', 'Note', '{"n":2}');
      await until('the second note is there', async () =>
        (await notes()).some(({ data }) => (data as { n: number }).n === 2),
      );
      expect(new Set((await notes()).map(({ id }) => id)).size).toBe(2);

      writeFileSync(join(folder, 'password'), 'hunter2-is-wrong\n');
      expect(await run('bridge', 'check')).toMatchObject({
        code: 1,
        stdout: expect.stringContaining('authenticate'),
      });
      await until('the status tells of it', async () =>
        (await run('status', 'bridge', '--format', 'json')).stdout.includes('broker.auth-refused'),
      );
      for (const command of ['status', 'config', 'doctor', 'audit']) await run(command);
      const supervisor = (await processesOf(folder)).find(({ role }) => role === 'supervisor')?.pid ?? 0;
      said.push(
        ...[supervisor, ...childrenOf(supervisor)].map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8')),
      );
    } finally {
      await run('down');
    }
    const files = filesIn(folder).filter((path) => !path.endsWith('/password'));
    said.push(...files.map((path) => readFileSync(path, 'latin1')));
    for (const secret of [broker.password, 'hunter2']) {
      expect(said.filter((text) => text.includes(secret))).toEqual([]);
    }
    remove();
  });
});

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
}

function schemaOfEvents() {
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  const folder = new URL('../../docs/events/', import.meta.url);
  const load = (name: string) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as { $id: string };
  const names = readdirSync(folder).filter((name) => name.endsWith('.schema.json'));
  for (const name of names.filter((each) => each !== 'cloud-event.schema.json')) ajv.addSchema(load(name));
  return ajv.compile(load('cloud-event.schema.json'));
}

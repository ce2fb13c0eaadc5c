import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { checkBroker } from '../../src/bridge/amqp/check.ts';
import { createAmqpSink } from '../../src/bridge/amqp/sink.ts';
import { settingsFor } from './amqp-sink.ts';
import { openTcpProxy, type TcpProxy } from './tcp-proxy.ts';
import { describeWithBroker, theBroker, useVhost } from './the-broker.ts';

type Changes = Readonly<Record<string, string | number | undefined>>;

describeWithBroker('the check of the way to the broker', () => {
  const vhost = useVhost();
  const folder = mkdtempSync(join(tmpdir(), 'polar-check-'));
  const proxies: TcpProxy[] = [];
  const passwordFile = join(folder, 'password');
  const settings = (changes: Changes = {}) => {
    writeFileSync(passwordFile, theBroker().password);
    return settingsFor(theBroker(), vhost, passwordFile, changes);
  };
  const check = async (changes: Changes = {}) => {
    const steps = await checkBroker(settings(changes), folder);
    expect(JSON.stringify(steps)).not.toContain(theBroker().password);
    return steps;
  };
  /** The step that failed, and how far it came. */
  const failureOf = async (changes: Changes) => {
    const steps = await check(changes);
    expect(steps.filter(({ state }) => state === 'error')).toHaveLength(1);
    return steps.find(({ state }) => state === 'error');
  };
  const connected = async (changes: Changes = {}, use: () => Promise<void> = async () => {}) => {
    const sink = createAmqpSink({ settings: settings(changes), baseDir: folder });
    await sink.connect(() => {});
    await use();
    await sink.close();
  };
  const pair = ({ cert, key }: { cert: string; key: string }) => ({
    cert,
    key,
    username: undefined,
    password: undefined,
  });
  afterEach(async () => {
    for (const proxy of proxies.splice(0)) await proxy.close();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('makes nothing', async () => {
    const steps = await check({ exchange: 'untouched', queues: 'untouched' });
    expect(steps.map(({ name, state }) => `${state} ${name}`)).toEqual([
      'ok resolve',
      'ok connect',
      'ok verify',
      'ok authenticate',
      'ok open vhost',
      'ok exchange untouched',
      'ok exchange polar.select',
      'ok exchange polar.dead-letters',
      'ok queue polar.dead-letters',
      'ok queue untouched',
      'unseen bindings and policies',
    ]);
    expect(await theBroker().management.queues(vhost)).toEqual([]);
    expect(
      (await check({ exchange: 'untouched' })).find(({ name }) => name === 'exchange untouched')?.message,
    ).toContain('not there yet');
  });

  test('sees what is there, and which queues the events can reach', async () => {
    const management = `http://127.0.0.1:${theBroker().managementPort}`;
    await connected();
    const steps = await check({ management });
    expect(steps.filter(({ state }) => state !== 'ok')).toEqual([]);
    expect(steps.at(-2)?.message).toBe('events can reach polar.events');
    await connected({ exchange: 'lonely', select_exchange: 'lonely.select', queues: 'none' });
    expect(
      await check({ management, exchange: 'lonely', select_exchange: 'lonely.select', queues: 'none' }),
    ).toContainEqual(
      expect.objectContaining({
        name: 'bindings',
        state: 'warning',
        message: expect.stringContaining('no queue is bound'),
      }),
    );
  });

  test('warns of an alternate exchange, whether declared or by a policy', async () => {
    const { management, managementPort } = theBroker();
    await management.request('PUT', `/exchanges/${vhost}/shadowed`, {
      type: 'topic',
      durable: true,
      arguments: { 'alternate-exchange': 'amq.fanout' },
    });
    expect(await check({ exchange: 'shadowed' })).toContainEqual(
      expect.objectContaining({
        name: 'exchange shadowed',
        state: 'warning',
        message: expect.stringContaining('alternate exchange'),
      }),
    );
    await management.request('PUT', `/exchanges/${vhost}/ruled`, {
      type: 'topic',
      durable: true,
      arguments: {},
    });
    await management.request('PUT', `/policies/${vhost}/shadow`, {
      pattern: '^ruled$',
      definition: { 'alternate-exchange': 'amq.fanout' },
      'apply-to': 'exchanges',
    });
    expect(
      await check({ exchange: 'ruled', management: `http://127.0.0.1:${managementPort}` }),
    ).toContainEqual(
      expect.objectContaining({
        name: 'policies',
        state: 'warning',
        message: expect.stringContaining('"amq.fanout"'),
      }),
    );
  });

  test('sees an exchange of another kind, and a queue that is missing where none is made', async () => {
    await theBroker().management.request('PUT', `/exchanges/${vhost}/other`, {
      type: 'fanout',
      durable: true,
      arguments: {},
    });
    expect(await failureOf({ exchange: 'other' })).toMatchObject({
      name: 'exchange other',
      message: expect.stringContaining("current is 'fanout'"),
    });
    await connected();
    expect(await failureOf({ declare: 'false', queues: 'absent' })).toMatchObject({
      name: 'queue absent',
      message: 'not there, and declare = false',
    });
  });

  test('names the step that fails, and what to do', async () => {
    const broker = theBroker();
    const { certificates } = broker;
    const front = async (server: { cert: string; key: string }) => {
      const proxy = await openTcpProxy(broker.amqpPort, server);
      proxies.push(proxy);
      return `amqps://localhost:${proxy.port}/${vhost}`;
    };
    const wrong = join(folder, 'wrong');
    writeFileSync(wrong, 'hunter2');
    await broker.management.addUser('guarded', 'guarded-password-1');
    const guarded = join(folder, 'guarded');
    writeFileSync(guarded, 'guarded-password-1');
    const cases: [string, RegExp, Changes][] = [
      ['credentials', /is not there/, { ca: 'absent.pem' }],
      ['credentials', /holds no certificate/, { ca: wrong }],
      ['resolve', /has no address/, { url: 'amqps://no-such-host.invalid' }],
      ['connect', /nothing listens/, { url: 'amqps://localhost:1' }],
      ['verify', /cannot be trusted/, { ca: broker.otherCa }],
      ['verify', /has expired/, { url: await front(certificates.expiredServer) }],
      ['verify', /not for localhost/, { url: await front(certificates.otherHostServer) }],
      ['verify', /does not speak TLS/, { url: `amqps://localhost:${broker.amqpPort}` }],
      ['authenticate', /refuses the client certificate/, pair(certificates.foreign)],
      ['authenticate', /refuses the client certificate/, pair(certificates.expiredClient)],
      ['authenticate', /does not let this node in/, pair(certificates.unknownClient)],
      ['authenticate', /does not let this node in/, { password: `\${file:${wrong}}` }],
      ['open vhost', /"nowhere" is not there/, { url: `amqps://localhost:${broker.amqpsPort}/nowhere` }],
      ['open vhost', /not open to this user/, { username: 'guarded', password: `\${file:${guarded}}` }],
    ];
    for (const [name, message, changes] of cases) {
      const step = await failureOf(changes);
      expect(step).toMatchObject({
        name,
        message: expect.stringMatching(message),
        fix: expect.stringMatching(/\w/),
      });
      expect(JSON.stringify(step)).not.toMatch(/hunter2|guarded-password/);
      // The sink says the same, with the broker before it.
      const sink = createAmqpSink({ settings: settings(changes), baseDir: folder });
      await expect(sink.connect(() => {})).rejects.toThrow(message);
      expect(JSON.stringify(sink.link())).not.toMatch(/hunter2|guarded-password/);
      await sink.close();
    }
    await connected();
    await broker.management.permit('guarded', vhost, '^$', '.*', '.*');
    expect(await check({ username: 'guarded', password: `\${file:${guarded}}` })).toContainEqual(
      expect.objectContaining({
        name: 'exchange polar.events',
        state: 'error',
        fix: expect.stringContaining('permission'),
      }),
    );
    expect(
      (await check({ username: 'guarded', password: `\${file:${guarded}}`, declare: 'false' })).filter(
        ({ state }) => state === 'error',
      ),
    ).toEqual([]);
    await broker.management.deleteUser('guarded');
  });
});

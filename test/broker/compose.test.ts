import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connect, credentials } from 'amqplib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli } from '../e2e/shell.ts';
import { type Composed, missingForCompose, openCompose, repository } from './compose.ts';
import { freePorts } from './free-ports.ts';
import { until } from './waiting.ts';

const missing = await missingForCompose();
if (missing) console.warn(`\nNOT TESTED: docker-compose.yml, for there is not ${missing}.\n`);

describe.skipIf(missing !== undefined)('docker-compose.yml', () => {
  let folder: string;
  let project: string;
  let composed: Composed;
  let url: string;
  const run = promisify(execFile);
  const cert = (name: string) => join(project, 'certs', name);
  const inService = (service: string, ...command: string[]) =>
    composed.run('exec', '-T', service, ...command);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'polar-compose-'));
    project = join(folder, 'watch');
    await run(process.execPath, [cli, 'init', project, '--dev-certs']);
    writeFileSync(
      join(project, 'policies', 'files.ini'),
      '[file:settings]\npath = /project/polar.ini\nevery = 1s\nseverity = high\nowner = platform\n',
    );
    const [amqps = 0, management = 0] = await freePorts(2);
    url = `amqps://localhost:${amqps}`;
    composed = await openCompose({ folder, project, ports: [amqps, management] });
    await composed.run('up', '--detach', '--no-build');
  });
  afterAll(async () => {
    await composed?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('brings up a node with all its processes, beside a broker that is well', async () => {
    await until('all processes are ready', async () => {
      const text = await inService(
        'pipeline',
        ...['node', '/app/dist/cli/main.js', 'status', '--format', 'json'],
      ).catch(() => '{}');
      const { processes = [] } = JSON.parse(text) as { processes?: { state: string }[] };
      return processes.length >= 6 && processes.every(({ state }) => state === 'ready');
    });
  });

  test('gives each service its own keys only, for its own user', async () => {
    const files = async (service: string) => {
      const text = await inService(service, 'sh', '-c', 'cd /certs; stat -c "%n %a %u" *; id -u');
      const lines = text.trim().split('\n');
      const user = lines.pop();
      return lines.map((line) => line.replace(new RegExp(` ${user}$`), ' own'));
    };
    expect(await files('rabbitmq')).toEqual(['ca.pem 400 own', 'server.key 400 own', 'server.pem 400 own']);
    expect(await files('pipeline')).toEqual(['ca.pem 400 own', 'client.key 400 own', 'client.pem 400 own']);
  });

  test('delivers what the node sees to a consumer with nothing of ours', async () => {
    // The queue is made by the node, and keeps events until somebody reads them.
    await until('the queue is there', async () =>
      (await inService('rabbitmq', 'rabbitmqctl', '-q', 'list_queues', 'name')).includes('polar.events'),
    );
    const consumer = join(repository, 'examples', 'consumer', 'consumer.mjs');
    const files = ['--ca', cert('ca.pem'), '--cert', cert('client.pem'), '--key', cert('client.key')];
    const read = (...args: string[]) =>
      run(process.execPath, [
        consumer,
        '--url',
        url,
        ...files,
        '--queue',
        'polar.events',
        '--existing',
        ...args,
      ]);
    const { stdout } = await read('--count', '2');
    const types = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { type: string }).type);
    expect(types).toEqual(['polar.policy.applied', 'polar.observation.first']);
  });

  test('lets nobody in without a certificate, and nobody do more than the pipeline needs', async () => {
    const ca = [readFileSync(cert('ca.pem'))];
    await expect(connect(url, { ca, credentials: credentials.external() })).rejects.toThrow();
    const pair = { cert: readFileSync(cert('client.pem')), key: readFileSync(cert('client.key')) };
    await expect(
      connect(url, { ca, ...pair, credentials: credentials.plain('guest', 'guest') }),
    ).rejects.toThrow();

    const connection = await connect(url, { ca, ...pair, credentials: credentials.external() });
    try {
      connection.on('error', () => {});
      const channel = await connection.createChannel();
      channel.on('error', () => {});
      await expect(channel.assertQueue('elsewhere')).rejects.toThrow(/ACCESS_REFUSED/);
    } finally {
      await connection.close();
    }
  });
});

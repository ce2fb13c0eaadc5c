import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeProject, processesOf, pzm, until } from './command.ts';

const token = 'planted-token-1f4a9c';
let project: ReturnType<typeof makeProject>;

beforeEach(() => {
  project = makeProject({
    'flows/own.ini': '[Relayed]\n?Relayed?Push\nSubject?Relayed?pass\nRelay?Relayed@PUBLISH?passed\n??done\n',
    'actionmappings/own.ini': '[actionmapping]\nSubject?Relayed?pass = Relay.pass\n',
  });
  writeFileSync(join(project.folder, 'gateway.token'), `${token}\n`);
  writeFileSync(join(project.folder, 'short'), 'short\n');
});
afterEach(async () => {
  await pzm(['down'], project.folder);
  project.remove();
});

function configure(gateway: string): void {
  const file = join(project.folder, 'polar.ini');
  writeFileSync(file, `[node]\nname = anna\n[run]\ndir = run\n[gateway]\n${gateway}\n`);
}

describe('a node does not start', () => {
  test.each([
    ['without credentials', 'listen = 127.0.0.1:0', 78, /6:1: error config\.no-credentials.*token = /s],
    ['on an address that others reach', `listen = 0.0.0.0:0\ntoken = \${file:gateway.token}`, 78, /TLS/],
    ['with a secret in its file', `listen = 127.0.0.1:0\ntoken = ${token}`, 78, /\$\{file:PATH\}/],
    [
      'without its secret',
      `listen = 127.0.0.1:0\ntoken = \${file:nowhere}`,
      78,
      /\$\{file:nowhere\} is not there/,
    ],
    [
      'with a secret that can be guessed',
      `listen = 127.0.0.1:0\nhmac_key = \${file:short}`,
      78,
      /openssl rand/,
    ],
  ])('%s', { timeout: 60_000 }, async (_, gateway, code, message) => {
    configure(gateway);
    const { stderr, ...rest } = await pzm(['up', '--for', '1s'], project.folder);
    expect(rest).toMatchObject({ code, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain(token);
  });

  test('on an address that is taken', { timeout: 60_000 }, async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    configure(`listen = 127.0.0.1:${port}\ntoken = \${file:gateway.token}`);
    const { code, stderr } = await pzm(['up', '--for', '1s'], project.folder);
    expect({ code, stderr }).toMatchObject({
      code: 74,
      stderr: expect.stringContaining(`127.0.0.1:${port}`),
    });
    await new Promise((resolve) => other.close(resolve));
  });
});

test('a push carries its trace into its events, a changed token counts, and neither is shown anywhere', async () => {
  const { folder } = project;
  configure(`listen = 127.0.0.1:0\ntoken = \${file:gateway.token}`);
  expect(await pzm(['up', '-d'], folder)).toMatchObject({ code: 0 });
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
  const push = async (shown: string) => {
    const response = await fetch(`${await gatewayOf(folder)}/push/Relayed?wait=settled`, {
      method: 'POST',
      headers: { authorization: `Bearer ${shown}`, traceparent: `00-${trace}-00f067aa0ba902b7-01` },
      body: '{"n":1}',
    });
    return response.status;
  };
  expect(await push(token)).toBe(200);
  writeFileSync(join(folder, 'gateway.token'), 'another-token-77aa01');
  expect(await push(token)).toBe(403);
  expect(await push('another-token-77aa01')).toBe(200);

  const services = (await processesOf(folder)).find(({ name }) => name === 'services');
  process.kill(services?.pid ?? 0, 'SIGKILL');
  await until(
    async () => (await processesOf(folder)).find(({ name }) => name === 'services'),
    (now) => now?.state === 'ready' && now.restarts === 1,
  );
  expect(await push('another-token-77aa01')).toBe(200);

  const shown = await Promise.all([
    pzm(['status', '--format', 'json'], folder).then(({ stdout }) => stdout),
    readFileSync(join(folder, '.polar', 'logs', 'polar.log'), 'utf8'),
    readFileSync(join(folder, '.polar', 'logs', 'up.log'), 'utf8'),
    readFileSync(join(folder, '.polar', 'journal', 'data.mdb'), 'latin1'),
  ]);
  expect(shown[3].split(trace).length).toBeGreaterThan(3);
  for (const text of shown) expect(text).not.toMatch(/planted-token|another-token/);
});

async function gatewayOf(folder: string): Promise<string> {
  return (JSON.parse((await pzm(['status', '--format', 'json'], folder)).stdout) as { gateway: string })
    .gateway;
}

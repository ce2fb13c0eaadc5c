import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { childrenOf, makeProject, processesOf, pzm, until } from './command.ts';

const fromEnv = 'planted-in-the-environment-5f1c';
const fromFile = 'planted-in-a-file-9d27';
const secrets = [fromEnv, fromFile];

/** Says back whatever it is told, in facts, and in what is no HTTP at all. */
let server: Server;
let project: ReturnType<typeof makeProject>;
const heard = new Set<string>();
const printed: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const said = [request.headers.authorization ?? '', String(request.headers['x-key'] ?? '')];
    for (const one of said) heard.add(one);
    if (request.url === '/broken') request.socket.end(`HTTP/9 ${said.join(' ')}\r\n\r\n`);
    else response.end(JSON.stringify({ version: said.join(' and ') }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const headers = `header.authorization = Bearer ${'$'}{env:PLANTED}\nheader.x-key = ${'$'}{file:key.txt}\n`;
  project = makeProject({
    'key.txt': `${fromFile}\n`,
    'policies/echo.ini':
      `[http]\nevery = 200ms\n${headers}\n[http:echo]\nurl = ${url}/echo\nexpect.version = nothing\n` +
      `[http:broken]\nurl = ${url}/broken\n[http:unset]\nurl = ${url}/\nheader.x-key = ${'$'}{env:PLANTED_NOWHERE}\n`,
  });
});

afterAll(async () => {
  await run(['down']);
  await new Promise((resolve) => server.close(resolve));
  project.remove();
});

test('secrets reach the target and are found nowhere else', { timeout: 120_000 }, async () => {
  expect((await run(['check'])).stdout).toMatch(
    /warning policy\.no-secret \$\{env:PLANTED_NOWHERE\} is not set/,
  );
  expect(await run(['up', '-d'])).toMatchObject({ code: 0 });
  await until(
    () => run(['state', '--format', 'json']),
    ({ stdout }) => (JSON.parse(stdout) as { state: string }[]).every(({ state }) => state !== 'unseen'),
  );
  for (const name of ['echo', 'broken', 'unset']) await run(['observe', name, '--format', 'json']);
  expect(heard).toContain(`Bearer ${fromEnv}`);
  expect(heard).toContain(fromFile);

  for (const args of [
    ['state'],
    ['status'],
    ['policy', 'list'],
    ['policy', 'show'],
    ['audit'],
    ['journal', 'info'],
  ]) {
    await run(args);
    await run([...args, '--format', 'json']);
  }
  const { stdout: shown } = await run(['policy', 'show', 'http:echo']);
  expect(shown).toContain(`header.authorization = Bearer ${'$'}{env:PLANTED}`);
  const { stdout: states } = await run(['state']);
  expect(states).toContain(`Bearer ${'$'}{env:PLANTED} and ${'$'}{file:key.txt}`);
  expect(states).toMatch(/http:unset +unreachable .*unreadable: \$\{env:PLANTED_NOWHERE\} is not set/);

  // A set that is refused is journaled too.
  writeFileSync(join(project.folder, 'policies', 'bad.ini'), `[http:bad]\nurl = ${'$'}{env:PLANTED}\n`);
  await until(
    () => run(['policy', 'show']),
    ({ stdout }) => stdout.includes('refused'),
  );

  const supervisor = (await processesOf(project.folder)).find(({ role }) => role === 'supervisor')!;
  const lines = [supervisor.pid, ...childrenOf(supervisor.pid)].map((pid) =>
    readFileSync(`/proc/${pid}/cmdline`, 'utf8'),
  );
  await run(['down']);
  for (const secret of secrets) {
    expect(printed.filter((text) => text.includes(secret))).toEqual([]);
    expect(lines.filter((line) => line.includes(secret))).toEqual([]);
    const files = filesIn(project.folder).filter((path) => !path.endsWith('key.txt'));
    expect(files.filter((path) => path.includes('data.mdb')).length).toBeGreaterThan(0);
    expect(files.filter((path) => readFileSync(path).includes(secret))).toEqual([]);
  }
});

async function run(args: readonly string[]) {
  const finished = await pzm(args, project.folder, { PLANTED: fromEnv });
  printed.push(finished.stdout, finished.stderr);
  return finished;
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
}

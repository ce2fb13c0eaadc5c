import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createObservable } from '../../src/observable/observable.ts';
import { begin, makeProject, processesOf, pzm, type Running, shopPolicy, until } from './command.ts';

/*
 * The journal lies on a disk of 32 MiB that becomes full under load. It takes root to mount one; where that is not
 * given, the test is left out, unless POLAR_FULL_DISK=required says that it must not be.
 */

const token = 'a-token-of-some-length';
const observable = createObservable();
const relayed = {
  'flows/own.ini': '[Relayed]\n?Relayed?Push\nSubject?Relayed?pass\nRelay?Relayed@PUBLISH?passed\n??done\n',
  'actionmappings/own.ini': '[actionmapping]\nSubject?Relayed?pass = Relay.pass\n',
};
let project: ReturnType<typeof makeProject>;
let disk: string;
let mounted: boolean;
let node: Running;
let gateway: string;

beforeAll(async () => {
  const url = await observable.listen(0);
  project = makeProject({ ...relayed, 'policies/shop.ini': shopPolicy(url) });
  disk = join(project.folder, 'disk');
  mkdirSync(disk);
  mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', disk]).status === 0;
});

afterAll(async () => {
  await pzm(['down'], project.folder);
  await node?.finished;
  await observable.close();
  if (mounted) spawnSync('umount', [disk]);
  project.remove();
});

test('the disk can be mounted where it must be', () => {
  expect(mounted || process.env['POLAR_FULL_DISK'] !== 'required').toBe(true);
});

test('a full disk refuses pushes, ends nothing, and loses nothing', { timeout: 170_000 }, async (context) => {
  if (!mounted) return context.skip();
  await start();
  const filler = fill(join(disk, 'filler'));
  expect(filler).toBeGreaterThan(1024);

  // What the journal has room for within its file is still taken; then comes one that nobody can promise.
  const unknown = await until(
    () => push(crypto.randomUUID(), 'x'.repeat(8192)),
    ({ status }) => status === 503,
  );
  expect(['intake.unconfirmed', 'journal.full']).toContain(unknown.code);
  const refused = await push('once', 'once');
  expect(refused).toMatchObject({ status: 503, code: 'journal.full', retryAfter: '1' });
  expect(await ready()).toMatchObject({
    status: 503,
    problems: [expect.stringMatching(/^the disk that holds the journal is full/)],
  });
  expect((await processesOf(project.folder)).filter(({ restarts }) => restarts > 0)).toEqual([]);

  rmSync(join(disk, 'filler'));
  await until(ready, ({ status }) => status === 200, 60_000);
  for (const _ of ['the first time', 'and again']) {
    expect(await push('once', 'once', '&wait=settled')).toMatchObject({ status: 200, outcome: 'completed' });
    expect(await push(unknown.id, 'x'.repeat(8192), '&wait=settled')).toMatchObject({ status: 200 });
  }
  expect((await processesOf(project.folder)).filter(({ restarts }) => restarts > 0)).toEqual([]);
  expect(await pzm(['journal', 'verify'], project.folder)).toMatchObject({ code: 0 });
  expect(await pzm(['audit'], project.folder)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^lost +0$/m),
  });
  expect(await pzm(['down'], project.folder)).toMatchObject({ code: 0 });
  expect(await node.finished).toMatchObject({ code: 0 });
  expect(node.stdout().match(/"data":\{"n":"once"\}/g)).toHaveLength(1);
});

async function start(): Promise<void> {
  const { folder } = project;
  writeFileSync(join(folder, 'gateway.token'), token);
  writeFileSync(
    join(folder, 'polar.ini'),
    '[node]\nname = anna\n[run]\ndir = run\n[journal]\ndir = disk/data\n' +
      `[gateway]\nlisten = 127.0.0.1:0\ntoken = \${file:gateway.token}\n`,
  );
  node = begin(['up', '--format', 'jsonl'], folder);
  await until(
    async () => node.stderr(),
    (text) => text.includes('ready in'),
  );
  const { stdout } = await pzm(['status', '--format', 'json'], folder);
  gateway = (JSON.parse(stdout) as { gateway: string }).gateway;
  await until(ready, ({ status }) => status === 200);
}

interface Answer {
  readonly id: string;
  readonly status: number;
  readonly retryAfter: string | null;
  readonly code?: string;
  readonly outcome?: string;
}

async function push(id: string, n: string, query = ''): Promise<Answer> {
  const response = await fetch(`${gateway}/push/Relayed?id=${id}${query}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ n }),
  });
  const body = (await response.json()) as Omit<Answer, 'status' | 'retryAfter'>;
  return { ...body, id, status: response.status, retryAfter: response.headers.get('retry-after') };
}

async function ready(): Promise<{ status: number; problems: readonly string[] }> {
  const response = await fetch(`${gateway}/readyz`);
  return { ...((await response.json()) as { problems: readonly string[] }), status: response.status };
}

/** Writes until nothing fits any more; how many bytes that were. */
function fill(path: string): number {
  const file = openSync(path, 'w');
  let written = 0;
  for (let size = 1 << 20; size >= 1; ) {
    try {
      written += writeSync(file, Buffer.alloc(size));
    } catch {
      size >>= 1;
    }
  }
  closeSync(file);
  return written;
}

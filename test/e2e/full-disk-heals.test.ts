import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { begin, makeProject, processesOf, pzm, type Running, until } from './command.ts';

/* The journal itself has filled a disk of 32 MiB. It takes root to mount one; elsewhere this is left out. */

const token = 'a-token-of-some-length';
let project: ReturnType<typeof makeProject>;
let disk: string;
let mounted: boolean;
let node: Running | undefined;
let gateway: string;

beforeAll(() => {
  project = makeProject({
    'flows/own.ini': '[Straight]\n?Straight?Push\nSubject?Straight@PUBLISH?passed\n??done\n',
    // Nothing listens there; each look is one, and its period has to be attested before it can go.
    'policies/shop.ini':
      '[http:shop]\nurl = http://127.0.0.1:9/\nevery = 200ms\nattest = 20s\nbecause = customers cannot pay\n',
    'gateway.token': token,
    'polar.ini':
      '[node]\nname = anna\n[run]\ndir = run\n[journal]\ndir = disk/data\nretain = 30s\n' +
      `[gateway]\nlisten = 127.0.0.1:0\ntoken = \${file:gateway.token}\n`,
  });
  disk = join(project.folder, 'disk');
  mkdirSync(disk);
  mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', disk]).status === 0;
  // Something besides the journal, so that there is less to write before it is full.
  if (mounted) writeFileSync(join(disk, 'others'), Buffer.alloc(20 * 1024 * 1024, 'x'));
});
afterAll(async () => {
  await pzm(['down'], project.folder);
  await node?.finished;
  if (mounted) spawnSync('umount', [disk]);
  project.remove();
});

test('a disk that pushes have filled has room again when they are old', {
  timeout: 600_000,
}, async (context) => {
  if (!mounted) return context.skip();
  const { folder } = project;
  node = begin(['up', '--format', 'jsonl'], folder);
  await until(
    async () => node?.stderr() ?? '',
    (text) => text.includes('ready in'),
    120_000,
  );
  const { stdout } = await pzm(['status', '--format', 'json'], folder);
  gateway = (JSON.parse(stdout) as { gateway: string }).gateway;
  await until(ready, (status) => status === 200, 120_000);

  let pushed = 0;
  const many = () => Promise.all(Array.from({ length: 16 }, () => push(`push-${pushed++}`)));
  await until(many, (answers) => answers.some(({ code }) => code === 'journal.full'), 240_000);

  await until(ready, (status) => status === 200, 240_000);
  const after = () => push('after');
  await until(after, ({ status }) => status === 200 || status === 202, 120_000);
  expect((await processesOf(folder)).filter(({ restarts }) => restarts > 0)).toEqual([]);
  expect(await pzm(['journal', 'verify'], folder)).toMatchObject({ code: 0 });
  const audit = async () => (await pzm(['audit'], folder)).stdout;
  await until(audit, (text) => /^lost +0$/m.test(text) && / 0 pending /.test(text), 120_000);
});

async function push(id: string): Promise<{ status: number; code?: string }> {
  const response = await fetch(`${gateway}/push/Straight?id=${id}`, {
    ...{ method: 'POST', body: JSON.stringify({ text: 'x'.repeat(16 * 1024) }) },
    headers: { authorization: `Bearer ${token}` },
  });
  return { ...((await response.json()) as { code?: string }), status: response.status };
}

async function ready(): Promise<number> {
  const response = await fetch(`${gateway}/readyz`);
  await response.text();
  return response.status;
}

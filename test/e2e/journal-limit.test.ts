import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCursorStore } from '../../src/journal/lmdb/cursor-store.ts';
import { makeProject, processesOf, pzm, until } from './command.ts';

/* A journal of one mebibyte that a sink keeps from being shortened, as a broker that is away does. */

const token = 'a-token-of-some-length';
const body = JSON.stringify({ text: 'x'.repeat(32 * 1024) });
let project: ReturnType<typeof makeProject>;
let gateway: string;

beforeAll(async () => {
  project = makeProject({
    'flows/own.ini': '[Straight]\n?Straight?Push\nSubject?Straight@PUBLISH?passed\n??done\n',
    'policies/none.ini': '[policy]\nowner = us\n',
    'gateway.token': token,
    'polar.ini':
      '[node]\nname = anna\n[run]\ndir = run\n[journal]\nmax_size = 1MiB\n' +
      `[gateway]\nlisten = 127.0.0.1:0\ntoken = \${file:gateway.token}\n`,
  });
  const { folder } = project;
  await pzm(['up', '-d'], folder);
  await pzm(['down'], folder);
  const { id } = await info();
  const store = openCursorStore(join(folder, '.polar', 'bridge'));
  store.adopt(id);
  store.save('old-amqp', { settled: 1, quarantined: [], redelivered: [], returned: [] });
  await store.close();
  expect(await pzm(['up', '-d'], folder)).toMatchObject({ code: 0 });
  ({ gateway } = await status());
});
afterAll(async () => {
  await pzm(['down'], project.folder);
  project.remove();
});

test('at its limit it takes nothing in, says why, and goes on when it can be shortened', {
  timeout: 300_000,
}, async () => {
  const { folder } = project;
  let taken = 0;
  const refused = await until(
    async () => push(`push-${taken++}`),
    (answer) => answer.status === 503,
    120_000,
  );
  expect(refused).toMatchObject({ code: 'journal.full', message: expect.stringContaining('limit of 1MiB') });
  const { bottleneck } = await until(status, (now) => now.bottleneck?.where === 'journal');
  expect(bottleneck?.text).toMatch(/^the journal is at its limit of 1MiB: old-amqp has come to seq 1 of \d+/);
  const readiness = await ready();
  expect(readiness).toMatchObject({ status: 503, body: expect.stringContaining('at its limit of 1MiB') });
  expect(readiness.body).not.toContain('old-amqp');
  expect(await info()).toMatchObject({ removed: { lastSequence: 1 } });

  // An order passes: it is what makes room here.
  expect(await pzm(['bridge', 'drop', 'old-amqp', '--reason', 'it is gone'], folder)).toMatchObject({
    code: 0,
  });
  await until(ready, (now) => now.status === 200, 60_000);
  expect(await push('after')).toMatchObject({ status: 200, outcome: 'completed' });
  // What was refused is pushed again, and is one push.
  expect(await push(`push-${taken - 1}`)).toMatchObject({ status: 200, outcome: 'completed' });
  const after = await info();
  expect(after.firstSequence).toBeGreaterThan(2);
  expect(after.size.usedBytes).toBeLessThan(1024 * 1024);
  expect((await processesOf(folder)).filter(({ restarts }) => restarts > 0)).toEqual([]);
  expect(await pzm(['journal', 'verify'], folder)).toMatchObject({ code: 0 });
  expect(await pzm(['audit'], folder)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^lost +0$/m),
  });
});

test('it stays below its limit for as long as it can be shortened', { timeout: 300_000 }, async () => {
  for (let n = 0; n < 20; n++) {
    await until(
      () => push(`more-${n}`),
      (answer) => answer.status === 200,
      60_000,
    );
  }
  expect((await info()).size.usedBytes).toBeLessThan(1024 * 1024 * 1.25);
  expect(await pzm(['journal', 'verify'], project.folder)).toMatchObject({ code: 0 });
  expect(await pzm(['audit', '--since', '1h'], project.folder)).toMatchObject({ code: 0 });
});

interface Answer {
  readonly status: number;
  readonly code?: string;
  readonly message?: string;
  readonly outcome?: string;
}

async function push(id: string): Promise<Answer> {
  const response = await fetch(`${gateway}/push/Straight?id=${id}&wait=settled`, {
    ...{ method: 'POST', body },
    headers: { authorization: `Bearer ${token}` },
  });
  return { ...((await response.json()) as Omit<Answer, 'status'>), status: response.status };
}

async function ready(): Promise<{ status: number; body: string }> {
  const response = await fetch(`${gateway}/readyz`);
  return { status: response.status, body: await response.text() };
}

async function status() {
  const { stdout } = await pzm(['status', '--format', 'json'], project.folder);
  return JSON.parse(stdout) as { gateway: string; bottleneck: { where: string; text: string } | null };
}

async function info() {
  const { stdout } = await pzm(['journal', 'info', '--format', 'json'], project.folder);
  return JSON.parse(stdout) as {
    readonly id: string;
    readonly firstSequence: number;
    readonly size: { readonly usedBytes: number };
  };
}

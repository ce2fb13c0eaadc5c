import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCursorStore } from '../../src/journal/lmdb/cursor-store.ts';
import { makeProject, processesOf, pzm, until } from './command.ts';

/* What is two seconds old is removed, and whoever asks for it afterwards is told so. */

const retainMs = 2000;
let project: ReturnType<typeof makeProject>;

beforeAll(() => {
  project = makeProject({
    'flows/own.ini': '[Straight]\n?Straight?Push\nSubject?Straight@PUBLISH?passed\n??done\n',
    'policies/none.ini': '[policy]\nowner = us\n',
  });
  const { folder } = project;
  writeFileSync(
    join(folder, 'polar.ini'),
    `[node]\nname = anna\n[run]\ndir = run\n[journal]\nretain = ${retainMs}ms\n`,
  );
});
afterAll(async () => {
  await pzm(['down'], project.folder);
  project.remove();
});

test('old batches go, and everything that is asked still adds up', { timeout: 300_000 }, async () => {
  const { folder } = project;
  await up();
  await push(4);
  const { head, lastSequence } = await info();
  // Whatever else it takes to be too old.
  await push(1);
  const removed = await until(info, ({ firstSequence }) => firstSequence > lastSequence, 60_000);
  expect(removed.removed).toMatchObject({ lastSequence: removed.firstSequence - 1 });

  const verified = await pzm(['journal', 'verify', '--against', '0123456789'], folder);
  expect(verified.code).toBe(1);
  expect(verified.stdout).toContain('consistent with itself');
  expect(verified.stdout).toMatch(/^seq 1–\d+ removed by retention/m);
  expect(verified.stdout).toMatch(/it is older, of what was removed/);
  // The newest batch stays: the head before it is where the rest begins.
  expect(await pzm(['journal', 'verify', '--against', head], folder)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`unaltered since seq ${lastSequence}: it was the last to be removed`),
  });

  expect(await pzm(['audit'], folder)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/5 accepted = 5 completed/),
  });
  const since = await pzm(['audit', '--since', '1h'], folder);
  expect(since).toMatchObject({ code: 0, stdout: expect.stringMatching(/^lost +0$/m) });
  expect(since.stdout).toMatch(/records before seq \d+ by retention/);
  expect(since.stdout).toMatch(/committed +6 events/);

  expect(await pzm(['why', '2'], folder)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('had seq 2, which retention has removed'),
  });
  expect(await pzm(['journal', 'export', '--from', '1'], folder)).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/seq 1–\d+ were removed by retention/),
  });
  expect(await pzm(['policy', 'show'], folder)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('none.ini'),
  });
});

test('the integration manager may be killed while it removes', { timeout: 300_000 }, async () => {
  const { folder } = project;
  for (let kill = 1; kill <= 3; kill++) {
    const before = await info();
    await push(3);
    await until(info, ({ firstSequence }) => firstSequence > before.firstSequence, 60_000);
    const [manager] = await processesNamed('integration-manager');
    process.kill(manager!.pid, 'SIGKILL');
    await until(
      () => processesNamed('integration-manager'),
      ([one]) => one?.state === 'ready' && one.pid !== manager!.pid,
      60_000,
    );
    expect(await pzm(['journal', 'verify'], folder)).toMatchObject({ code: 0 });
  }
  expect(await pzm(['audit'], folder)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^lost +0$/m),
  });
});

test('a sink that is not done keeps all that it has not had, until it is dropped', {
  timeout: 300_000,
}, async () => {
  const { folder } = project;
  await pzm(['down'], folder);
  const { id, lastSequence } = await info();
  const store = openCursorStore(join(folder, '.polar', 'bridge'));
  store.adopt(id);
  store.save('dismantled', { settled: lastSequence + 1, quarantined: [], redelivered: [], returned: [] });
  await store.close();
  await up();
  await push(4);
  const pushedAt = Date.now();
  await until(info, ({ firstSequence }) => firstSequence === lastSequence + 2, 60_000);
  await until(
    async () => Date.now(),
    (now) => now > pushedAt + 2 * retainMs,
  );
  // Another batch is older than it may be, and nothing goes.
  await push(1);
  expect(await info()).toMatchObject({ firstSequence: lastSequence + 2 });
  expect(await pzm(['status', 'bridge'], folder)).toMatchObject({
    stdout: expect.stringContaining('keeps the journal from being shortened'),
  });
  expect(await pzm(['bridge', 'drop', 'dismantled', '--reason', 'it is gone'], folder)).toMatchObject({
    code: 0,
  });
  await until(info, ({ firstSequence }) => firstSequence > lastSequence + 5, 60_000);
  expect(await pzm(['journal', 'verify'], folder)).toMatchObject({ code: 0 });
});

interface Info {
  readonly id: string;
  readonly head: string;
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly removed: { readonly lastSequence: number } | null;
}

async function info(): Promise<Info> {
  const { stdout } = await pzm(['journal', 'info', '--format', 'json'], project.folder);
  return JSON.parse(stdout) as Info;
}

async function up(): Promise<void> {
  expect(await pzm(['up', '-d'], project.folder)).toMatchObject({ code: 0 });
}

async function push(count: number): Promise<void> {
  for (let n = 1; n <= count; n++) {
    expect(await pzm(['push', 'Straight', `{"n":${n}}`], project.folder)).toMatchObject({ code: 0 });
  }
}

async function processesNamed(name: string) {
  return (await processesOf(project.folder)).filter((one) => one.name === name);
}

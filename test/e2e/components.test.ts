import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { begin, childrenOf, isAlive, makeProject, processesOf, pzm, until } from './command.ts';

const parcels = fileURLToPath(new URL('../../examples/parcels', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));
const push = (body: unknown, cwd: string) =>
  pzm(['push', 'Parcel', JSON.stringify(body), '--format', 'json', '--timeout', '60s'], cwd);

describe('the example', () => {
  let folder: string;

  beforeAll(async () => {
    // Away from this package, as a user's project is: nothing is installed beside it.
    folder = mkdtempSync(join(tmpdir(), 'pzm-parcels-'));
    cpSync(parcels, folder, { recursive: true });
    writeFileSync(join(folder, 'polar.ini'), '[node]\nname = harbour\n[run]\ndir = run\n');
    expect(await pzm(['up', '-d'], folder)).toMatchObject({ code: 0 });
  });
  afterAll(async () => {
    await pzm(['down'], folder);
    rmSync(folder, { recursive: true, force: true });
  });

  test('is one without problems', async () => {
    const { code, stdout, stderr } = await pzm(['check'], folder);
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: '',
      stderr: '7 files, 0 targets, 0 problems\n',
    });
    expect(await pzm(['flow', 'show', 'Parcel'], folder)).toMatchObject({
      stdout: expect.stringContaining('exec:tariff.price'),
    });
  });

  test('weighs a parcel in JavaScript, prices it in Python, and publishes it', async () => {
    const tap = begin(['tap', 'Parcel/priced/', '--from', 'beginning', '--format', 'jsonl'], folder);
    const pushed = await push({ sizes: [700, 900] }, folder);
    expect(pushed).toMatchObject({ code: 0 });
    expect(JSON.parse(pushed.stdout)).toMatchObject({ state: 'settled', outcome: 'completed' });
    const [line = ''] = await until(
      async () => tap.stdout().split('\n').filter(Boolean),
      (lines) => lines.length > 0,
    );
    tap.process.kill('SIGTERM');
    await tap.finished;
    expect(JSON.parse(line)).toMatchObject({
      type: 'polar.flow.Parcel.priced',
      data: { grams: 1600, parcels: 1, cents: 490 },
    });
  });

  test('ends early where there is nothing to send, and says what is no parcel', async () => {
    const [empty, wrong] = [await push({ sizes: [] }, folder), await push({ sizes: 'big' }, folder)];
    expect(JSON.parse(empty.stdout)).toMatchObject({ outcome: 'ended', reason: 'nothing to send' });
    expect(wrong.code).toBe(1);
    expect(JSON.parse(wrong.stdout)).toMatchObject({ outcome: 'dead-lettered', reason: 'body.not-data' });
  });

  test('logs with the fields of the task', () => {
    const lines = readFileSync(join(folder, '.polar', 'logs', 'polar.log'), 'utf8')
      .trim()
      .split('\n');
    const weighed = lines.map((line) => JSON.parse(line)).find(({ msg }) => msg === 'parcel weighed');
    expect(weighed).toMatchObject({
      level: 'info',
      role: 'worker',
      component: 'scales',
      method: 'weigh',
      flow: 'Parcel',
      key: 'harbour.command.push.Parcel',
      grams: 1600,
      attempt: 1,
    });
  });

  test('leaves no executable behind when a worker is killed, and goes on', { timeout: 60_000 }, async () => {
    const workers = async () => (await processesOf(folder)).filter(({ role }) => role === 'worker');
    const owner = (await workers()).find(({ pid }) => childrenOf(pid).length > 0)!;
    const executables = childrenOf(owner.pid);
    process.kill(owner.pid, 'SIGKILL');
    await until(
      async () => executables.filter(isAlive),
      (left) => left.length === 0,
    );
    expect(await push({ sizes: [10] }, folder)).toMatchObject({ code: 0 });
  });

  test('leaves no executable behind when the node ends', { timeout: 60_000 }, async () => {
    const executables = (await processesOf(folder)).flatMap(({ role, pid }) =>
      role === 'worker' ? childrenOf(pid) : [],
    );
    expect(executables.length).toBeGreaterThan(0);
    expect(await pzm(['down'], folder)).toMatchObject({ code: 0 });
    expect(executables.filter(isAlive)).toEqual([]);
  });
});

describe('a component with a fault', () => {
  const flow = (name: string, component: string) => ({
    [`flows/${name}.ini`]: `[${name}]\n?${name}?Push\nSubject?${name}?go\n${component}?${name}@PUBLISH?gone\n??done\n`,
    [`actionmappings/${name}.ini`]: `[actionmapping]\nSubject?${name}?go = ${component}.go\n`,
  });
  let project: ReturnType<typeof makeProject>;
  let folder: string;

  beforeAll(() => {
    project = makeProject({
      'policies/none.ini': '',
      ...flow('Good', 'good'),
      ...flow('Bad', 'bad'),
      ...flow('Loud', 'loud'),
    });
    folder = project.folder;
    cpSync(join(parcels, 'package.json'), join(folder, 'package.json'));
    cpSync(join(parcels, 'components'), join(folder, 'components'), { recursive: true });
    const write = (name: string, text: string) => writeFileSync(join(folder, 'components', name), text);
    write('good.js', 'export default { go: (body) => ({ gone: body }) };\n');
    write('bad.js', 'const reason = "no luck";\nthrow new Error(reason);\n');
    write('loud.js', 'console.log("loud");\nsetInterval(() => {}, 1000);\nexport default { go: () => 1 };\n');
  });
  afterAll(async () => {
    await pzm(['down'], folder);
    project.remove();
  });

  test('is named with its place, as are the flows that need it', async () => {
    const { code, stdout } = await pzm(['check'], folder);
    expect({ code, lines: stdout.trim().split('\n') }).toEqual({
      code: 1,
      lines: [
        'components/bad.js:2:7: error component.load-failed cannot be loaded: no luck',
        expect.stringMatching(/^flows\/Bad\.ini:3:1: error flow\.broken-component the component "bad"/),
      ],
    });
  });

  test('may print, and no event is lost in what it prints', { timeout: 60_000 }, async () => {
    const { stdout, stderr } = await pzm(['up', '--for', '200ms', '--format', 'jsonl'], folder);
    const lines = stdout.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).type)).toContain('polar.policy.applied');
    expect(stderr).toContain('loud');
  });

  test('does not keep the worker from running the others', { timeout: 60_000 }, async () => {
    expect(await pzm(['up', '-d'], folder)).toMatchObject({ code: 0 });
    expect(await pzm(['push', 'Good', '1'], folder)).toMatchObject({ code: 0 });
    expect(await pzm(['push', 'Loud', '1'], folder)).toMatchObject({ code: 0 });
    expect(await pzm(['push', 'Bad', '1'], folder)).toMatchObject({ code: 2 });
    expect((await processesOf(folder)).every(({ restarts }) => restarts === 0)).toBe(true);
  });
});

describe('the typed entry', () => {
  const typesOf = (files: Readonly<Record<string, string>>) => {
    const folder = mkdtempSync(join(tmpdir(), 'pzm-types-'));
    try {
      mkdirSync(join(folder, 'node_modules'));
      symlinkSync(root, join(folder, 'node_modules', 'polar-zmanager'));
      for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
      const flags = [
        '--noEmit',
        '--strict',
        '--allowJs',
        '--checkJs',
        '--module',
        'nodenext',
        '--target',
        'es2023',
      ];
      const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
      const { stdout } = spawnSync(process.execPath, [tsc, ...flags, ...Object.keys(files)], {
        cwd: folder,
        encoding: 'utf8',
      });
      return stdout;
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  const componentIn = (method: string) =>
    `import { defineComponent } from 'polar-zmanager/component';\nexport default defineComponent({ ${method} });\n`;

  test('knows what a method is given and may return', { timeout: 60_000 }, () => {
    const good = componentIn(
      `async m(body, context) {
        context.log.info({ key: context.task.key }, 'seen');
        context.state.write('m', context.state.read('m') ?? 1);
        context.emit({ flow: 'F', key: context.node, body });
        return context.signal.aborted ? context.end('late') : body;
      }`,
    );
    expect(typesOf({ 'good.ts': good, 'good.js': good })).toBe('');
    expect(
      typesOf({ 'bad.ts': componentIn('async m(_, context) { return context.ende("late"); }') }),
    ).toMatch(/bad\.ts\(2,.*'ende'/);
    expect(typesOf({ 'bad.ts': componentIn('m: 7') })).toMatch(/bad\.ts\(2,/);
  });
});

describe('init --component', () => {
  test('writes a component and a test that passes, and overwrites nothing', { timeout: 60_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pzm-init-'));
    try {
      expect(await pzm(['init', 'watch'], folder)).toMatchObject({ code: 0 });
      const root = join(folder, 'watch');
      expect(await pzm(['init', '--component', 'scales'], root)).toMatchObject({
        code: 0,
        stdout: 'created components/scales.js test/scales.test.js package.json\n',
      });
      const tested = spawnSync(process.execPath, ['--test'], {
        cwd: root,
        encoding: 'utf8',
        // A runner of tests within a runner of tests would report to the outer one.
        env: { ...process.env, NODE_TEST_CONTEXT: undefined },
      });
      expect({ status: tested.status, stdout: tested.stdout }).toEqual({
        status: 0,
        stdout: expect.stringMatching(/pass 2/),
      });
      expect(await pzm(['check'], root)).toMatchObject({ code: 0 });

      writeFileSync(join(root, 'components', 'scales.js'), 'mine');
      expect(await pzm(['init', '--component', 'scales'], root)).toMatchObject({ code: 2 });
      expect(readFileSync(join(root, 'components', 'scales.js'), 'utf8')).toBe('mine');
      expect(await pzm(['init', '--component', 'Relay'], root)).toMatchObject({ code: 2 });
      expect(await pzm(['init', '--component', '../x'], root)).toMatchObject({ code: 2 });
      expect(readdirSync(join(root, 'components'))).toEqual(['scales.js']);

      // Where a package.json makes a .js something else, the files are modules by their names.
      writeFileSync(join(root, 'package.json'), '{}');
      expect(await pzm(['init', '--component', 'rates'], root)).toMatchObject({
        stdout: 'created components/rates.mjs test/rates.test.mjs\n',
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

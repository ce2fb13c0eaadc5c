import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TopModel } from '../../src/cli/top/top-model.ts';
import { createObservable } from '../../src/observable/observable.ts';
import { begin, makeProject, processesOf, pzm, type Running, shopPolicy, until } from './command.ts';

const observable = createObservable();
const withinMs = 60_000;
let project: ReturnType<typeof makeProject>;
let folder: string;

beforeAll(async () => {
  const url = await observable.listen(0);
  project = makeProject({ 'policies/shop.ini': shopPolicy(url) });
  folder = project.folder;
  expect(await pzm(['top'], folder)).toMatchObject({ code: 69, stdout: '' });
  expect(await pzm(['logs'], folder)).toEqual({
    ...{ code: 0, signal: null, stdout: '', stderr: 'nothing was logged here yet\n' },
  });
  expect(await pzm(['up', '-d'], folder)).toMatchObject({ code: 0 });
});

afterAll(async () => {
  await pzm(['down'], folder);
  await observable.close();
  project.remove();
});

const linesOf = ({ stdout }: Running) => stdout().split('\n').slice(0, -1);
const linesWith = (running: Running, text: string) =>
  until(
    async () => linesOf(running).filter((line) => line.includes(text)),
    (found) => found.length > 0,
    withinMs,
  );

describe('top', () => {
  test('in a pipe is one picture without colours, no line of it wider than 80', async () => {
    const { code, stdout } = await pzm(['top'], folder);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^node anna · /);
    for (const name of ['supervisor', 'integration-manager', 'worker-2', 'bridge']) {
      expect(stdout).toMatch(new RegExp(`^${name} +\\d+ +ready +0 +[\\d.]+ % +\\d+ MiB`, 'm'));
    }
    expect(stdout).toMatch(/http:shop +[\d.]+ m?s$/m);
    expect(stdout).not.toContain('\u001b');
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test('as data is a document a line, and waits while the node is away', async () => {
    const once = JSON.parse((await pzm(['top', '--once', '--format', 'json'], folder)).stdout) as TopModel;
    expect(once).toMatchObject({ state: 'up', node: 'anna' });
    expect(once.rates.ticks).toBeGreaterThan(0);

    const top = begin(['top', '--format', 'jsonl', '--interval', '100ms'], folder);
    await linesWith(top, '"state":"up"');
    await pzm(['down'], folder);
    await linesWith(top, '"state":"away"');
    await pzm(['up', '-d'], folder);
    await until(
      async () => JSON.parse(linesOf(top).at(-1) ?? '{}') as TopModel,
      ({ state }) => state === 'up',
      withinMs,
    );
    top.process.kill('SIGINT');
    expect(await top.finished).toMatchObject({ code: 130, stderr: '' });
  });
});

describe('state --watch', () => {
  test('in a pipe is a line per change, and ends as state would have', async () => {
    const text = begin(['state', '--watch'], folder);
    const data = begin(['state', 'shop', '--watch', '--format', 'json'], folder);
    await linesWith(text, 'http:shop  ok  status 200');
    await linesWith(data, '"state":"ok"');
    observable.turn('down');
    await linesWith(text, 'http:shop  violated  status 503, expected 200');
    await linesWith(data, '"state":"violated"');
    for (const watching of [text, data]) watching.process.kill('SIGINT');
    expect(await text.finished).toMatchObject({ code: 1 });
    const { code, stdout } = await data.finished;
    expect(code).toBe(1);
    const states = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { state: string }).state);
    expect(states).toEqual(['ok', 'violated']);
    observable.turn('up');
  });

  test('refuses what makes no sense', async () => {
    expect(await pzm(['state', '--watch', '--at', '1'], folder)).toMatchObject({ code: 2 });
    const { code, stderr } = await pzm(['state', 'http:shpo', '--watch'], folder);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('Did you mean "http:shop"?'),
    });
  });
});

describe('logs', () => {
  test('are those of all processes, of one, or of a level', async () => {
    const { stdout } = await pzm(['logs'], folder);
    const ready = /^\d\d:\d\d:\d\d\.\d{3} (\S+) +info {2}ready event=\1?/;
    const names = stdout.split('\n').flatMap((line) => ready.exec(line)?.[1] ?? []);
    expect(new Set(names)).toEqual(
      new Set(['integration-manager', 'subject', 'worker-1', 'worker-2', 'services', 'bridge']),
    );
    const one = await pzm(['logs', 'worker-1', '--format', 'json', '--since', '1h'], folder);
    for (const line of one.stdout.trim().split('\n')) {
      expect(JSON.parse(line)).toMatchObject({ process: 'worker-1', name: 'worker-1' });
    }
    expect((await pzm(['logs', 'up'], folder)).stdout).toMatch(/ready in .* node anna/);
    expect((await pzm(['logs', '--lines', '2'], folder)).stdout.trim().split('\n')).toHaveLength(2);
    expect((await pzm(['logs', '--level', 'error', '--lines', '0'], folder)).stdout).toBe('');
  });

  test('of a process that there is none of are refused', async () => {
    const { code, stderr } = await pzm(['logs', 'wroker-1'], folder);
    expect(code).toBe(2);
    expect(stderr).toContain('Did you mean "worker-1"?');
  });

  test('are followed over the death of a process and the next start of the node', async () => {
    const logs = begin(['logs', '-f', '--lines', '0'], folder);
    const { pid } = (await processesOf(folder)).find(({ name }) => name === 'worker-1')!;
    process.kill(pid, 'SIGKILL');
    await linesWith(logs, ' worker-1 ');
    await pzm(['down'], folder);
    await pzm(['up', '-d'], folder);
    await linesWith(logs, ' bridge ');
    // What `up -d` printed lies in another file.
    await linesWith(logs, 'ready in ');
    logs.process.kill('SIGINT');
    expect(await logs.finished).toMatchObject({ code: 130, stderr: '' });
  });

  test('end without a word when nobody reads on', async () => {
    const logs = begin(['logs', '-f'], folder);
    logs.process.stdout?.destroy();
    expect(await logs.finished).toMatchObject({ code: 0, stderr: '' });
  });
});

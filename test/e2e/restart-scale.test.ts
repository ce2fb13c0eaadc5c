import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Bench, openBench } from '../faults/bench.ts';
import { createEndlessSet } from '../faults/known-set.ts';
import { balance, formatLedger, isSound } from '../faults/ledger.ts';
import { type Pushing, startPushing } from '../faults/pushing.ts';
import { becomeQuiet, observationsMade } from '../faults/quiet.ts';
import { until } from '../faults/until.ts';
import { processesOf, pzm } from './command.ts';

/* One node under load all the while: what goes through it is reconciled task by task at the end. */

let bench: Bench;
let folder: string;
let pushing: Pushing;
let madeBefore: number;

beforeAll(async () => {
  bench = await openBench();
  folder = bench.project.folder;
  writeFileSync(
    join(folder, 'flows', 'everywhere.ini'),
    '[Everywhere]\n?Everywhere?Push\nSubject?Everywhere@ROUTING_WORKER?pass\nRelay?Everywhere@PUBLISH?passed\n??done\n',
  );
  writeFileSync(join(folder, 'actionmappings', 'everywhere.ini'), '[actionmapping]\n??pass = Relay.pass\n');
  await bench.node.start();
  madeBefore = await observationsMade(bench.account);
  pushing = startPushing(
    bench.project,
    createEndlessSet({ name: 'load', lanes: 10, kinds: ['count', 'slow', 'count', 'asking'], restMs: 40 }),
  );
});

afterAll(async () => {
  pushing.stop();
  await bench.close();
});

const workersOf = async () => (await processesOf(folder)).filter(({ role }) => role === 'worker');

/** The load goes on: nothing of what is tested is an end of it. */
async function goOn(): Promise<void> {
  const before = pushing.accepted.size;
  await until('more to be accepted', () => (pushing.accepted.size > before + 20 ? true : undefined));
}

test('workers come and go under load, 2 → 6 → 1 → 3', async () => {
  expect((await pzm(['scale'], folder)).stdout).toBe('2 workers\n');
  for (const [before, after] of [
    [2, '6 workers'],
    [6, '1 worker'],
    [1, '3 workers'],
  ] as const) {
    await goOn();
    const count = Number.parseInt(after, 10);
    const { code, stdout, stderr } = await pzm(['scale', String(count)], folder);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(new RegExp(`^scaled ${before} → ${after} in `)),
    });
    expect(stderr).toContain('the next "pzm up" has 2 again');
    const workers = await workersOf();
    expect(workers.map(({ name, state }) => `${name} ${state}`)).toEqual(
      Array.from({ length: count }, (_, index) => `worker-${index + 1} ready`),
    );
  }
  expect((await pzm(['scale', '3'], folder)).stdout).toBe('3 workers already\n');
});

test('every worker that there is now gets its own task, and none that has gone', async () => {
  const id = 'to-all-of-three';
  expect(await pzm(['push', 'Everywhere', '{}', '--id', id], folder)).toMatchObject({ code: 0 });
  const children = ['1', '2', '3'].map((n) => `${id}.${n}`);
  const outcomes = await until('the tasks of all workers', () =>
    bench.account.ask((reader) => {
      const found = children.map((child) => reader.outcomeOf(child));
      return found.every((row) => row?.state === 'settled') ? found : undefined;
    }),
  );
  expect(outcomes).toMatchObject(children.map(() => ({ outcome: 'completed' })));
  expect(await bench.account.ask((reader) => reader.outcomeOf(`${id}.4`))).toBeUndefined();
});

test('each process is restarted in peace, one after the other', async () => {
  await goOn();
  const before = await processesOf(folder);
  const { code, stdout } = await pzm(['restart', '--all', '--format', 'json'], folder);
  expect(code).toBe(0);
  const restarted = JSON.parse(stdout) as { name: string; pidBefore: number; pid: number }[];
  const others = before.filter(({ role }) => role !== 'supervisor');
  expect(new Set(restarted.map(({ name }) => name))).toEqual(new Set(others.map(({ name }) => name)));
  const after = await processesOf(folder);
  for (const { name, pidBefore, pid } of restarted) {
    expect(before.find((one) => one.name === name)?.pid).toBe(pidBefore);
    expect(after.find((one) => one.name === name)).toMatchObject({ pid, state: 'ready' });
    expect(pid).not.toBe(pidBefore);
  }
  // Nobody stopped looking while the services were another process: no period has ended.
  expect((await pzm(['audit'], folder)).stdout).toContain('0 periods told by an event');
  await goOn();
  const { stdout: told } = await pzm(['restart', 'worker-1'], folder);
  expect(told).toMatch(/^worker-1 restarted in [\d.]+ (ms|s) · pid \d+ → \d+\n$/);
});

test('a name that there is not is asked about, and nothing is restarted', async () => {
  const before = await processesOf(folder);
  expect(await pzm(['restart', 'worker-1', 'workr-2'], folder)).toMatchObject({
    code: 2,
    stderr: 'error: There is no process "workr-2".\n  → Did you mean "worker-2"?\n',
  });
  expect((await pzm(['restart', 'supervisor'], folder)).code).toBe(2);
  expect((await processesOf(folder)).map(({ pid }) => pid)).toEqual(before.map(({ pid }) => pid));
});

const settings = () => join(folder, 'polar.ini');
const change = (from: string, to: string) =>
  writeFileSync(settings(), readFileSync(settings(), 'utf8').replace(from, to));

test('files with problems are refused whole, and everything stays as it was', async () => {
  const pidsOf = async () => (await bench.node.processes()).map(({ pid }) => pid);
  const before = await pidsOf();
  change('max_attempts = 50', 'max_atempts = 51');
  expect(await pzm(['reload'], folder)).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(
      /^error: The files have problems.*\npolar\.ini:\d+:1: error config\.unknown-key/,
    ),
  });
  expect(await pidsOf()).toEqual(before);
});

test('components and settings are read again under load; what cannot change is named', async () => {
  change('max_atempts = 51', 'max_attempts = 51');
  change('name = anna', 'name = berta');
  appendFileSync(settings(), '[topology]\nworkers = 4\n');
  appendFileSync(join(folder, 'components', 'work.js'), '// of another day\n');
  await goOn();
  const { code, stdout, stderr } = await pzm(['reload'], folder);
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout:
      'reloaded: components work.js · settings topology.workers, push.max_attempts (3 workers, services restarted) · policy unchanged · flows unchanged\n',
  });
  expect(stderr).toMatch(/^node\.name will be another with the next start/);
  const workers = await workersOf();
  expect(workers.map(({ name, state }) => `${name} ${state}`)).toEqual(
    ['worker-1', 'worker-2', 'worker-3', 'worker-4'].map((name) => `${name} ready`),
  );
  await goOn();
});

test('a hangup has the files read again, and a policy is another one', async () => {
  change('name = berta', 'name = anna');
  appendFileSync(
    join(folder, 'policies', 'numbered.ini'),
    '; seen again\n[http:again]\nurl = http://127.0.0.1:1/\nevery = 1h\n',
  );
  await bench.node.signal('supervisor', 'SIGHUP');
  await until(
    () => `what was read; it said ${bench.node.stderr()}`,
    () => (/^reloaded: .*flows unchanged/m.test(bench.node.stderr()) ? true : undefined),
  );
  expect((await pzm(['policy', 'list'], folder)).stdout).toContain('http:again');
  expect((await pzm(['status'], folder)).stdout).toContain(' targets');
  await goOn();
});

test('nothing is lost, doubled, out of order, or charged to anybody', async () => {
  pushing.finish();
  await becomeQuiet(bench, pushing, { madeBefore, owed: bench.arrivals });
  const ledger = await balance(pushing, bench.account, bench.arrivals, true);
  expect(isSound(ledger), formatLedger(ledger)).toBe(true);
  expect(ledger.accepted).toBeGreaterThan(100);
  expect(await bench.account.ask((reader) => [...reader.charges()])).toEqual([]);
  expect(await pzm(['audit'], folder)).toMatchObject({ code: 0 });
});

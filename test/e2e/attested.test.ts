import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CloudEvent } from '../../src/model/cloud-event.ts';
import { createObservable } from '../../src/observable/observable.ts';
import { begin, makeProject, processesOf, pzm, type Running, until } from './command.ts';

const observable = createObservable();
let project: ReturnType<typeof makeProject>;
let node: Running;

beforeAll(async () => {
  const url = await observable.listen(0);
  project = makeProject({
    'policies/shop.ini': `[http:shop]\nurl = ${url}/health\nevery = 200ms\nattest = 1s\n`,
  });
  node = begin(['up', '--format', 'jsonl'], project.folder);
});

afterAll(async () => {
  await pzm(['down'], project.folder);
  await node.finished;
  await observable.close();
  project.remove();
});

interface Period {
  readonly type?: string;
  readonly reason: string;
  readonly from: string;
  readonly to: string;
  readonly due: number;
  readonly made: number;
  readonly missed: number;
  readonly skipped: number;
}

test('periods of looking are told one after the other, and add up to what the audit says', async () => {
  await until(attested, (periods) => periods.length >= 3, 120_000);
  const audit = await pzm(['audit', '--format', 'json'], project.folder);
  expect(audit).toMatchObject({ code: 0 });
  const { targets } = JSON.parse(audit.stdout) as { targets: { attested: { periods: number } }[] };
  const closed = targets[0]?.attested.periods ?? 0;
  // A period is closed a little before its event is out.
  const periods = (await until(attested, (told) => told.length >= closed, 60_000)).slice(0, closed);
  expect(periods.length).toBeGreaterThanOrEqual(3);
  expect(periods.slice(1).map(({ from }) => from)).toEqual(periods.slice(0, -1).map(({ to }) => to));
  const sum = (name: 'due' | 'made' | 'missed' | 'skipped') =>
    periods.reduce((total, period) => total + period[name], 0);
  expect(targets.map(({ attested: found }) => found)).toEqual([
    expect.objectContaining({
      periods: periods.length,
      due: sum('due'),
      made: sum('made'),
      missed: sum('missed'),
      skipped: sum('skipped'),
    }),
  ]);
});

test('stops, starts and a kill of everything leave periods that add up, and say how each ended', {
  timeout: 240_000,
}, async () => {
  const { folder } = project;
  expect(await pzm(['down'], folder)).toMatchObject({ code: 0 });
  await node.finished;
  expect(await sumsOf(folder)).toMatchObject({ open: { periods: 0 } });
  expect((await periodsOf(folder)).at(-1)).toMatchObject({ reason: 'stop' });

  expect(await pzm(['up', '-d'], folder)).toMatchObject({ code: 0 });
  await until(() => periodsOf(folder), tells('start', 'attest'), 60_000);
  for (const { pid } of (await processesOf(folder)).reverse()) process.kill(pid, 'SIGKILL');
  expect(await pzm(['up', '-d'], folder)).toMatchObject({ code: 0 });
  await until(() => periodsOf(folder), tells('crash', 'start', 'attest'), 60_000);
  expect(await pzm(['down'], folder)).toMatchObject({ code: 0 });

  const periods = await periodsOf(folder);
  const { attested: told, open, ...counts } = await sumsOf(folder);
  expect(open).toMatchObject({ periods: 0, due: 0 });
  expect(periods.map(({ reason }) => reason).filter((reason) => reason !== 'attest')).toEqual([
    'stop',
    'start',
    'crash',
    'start',
    'stop',
  ]);
  expect(periods.slice(1).map(({ from }) => from)).toEqual(periods.slice(0, -1).map(({ to }) => to));
  for (const name of ['due', 'made', 'missed', 'skipped'] as const) {
    const sum = periods.reduce((total, period) => total + period[name], 0);
    expect({ [name]: sum }).toEqual({ [name]: told[name] });
    expect({ [name]: sum }).toEqual({ [name]: counts[name] });
  }
  for (const { reason, made } of periods) if (reason === 'start') expect(made).toBe(0);
  expect(await pzm(['journal', 'verify'], folder)).toMatchObject({ code: 0 });
  // They would drown what happened to the target.
  const { stdout } = await pzm(['history', 'shop'], folder);
  expect(stdout).not.toContain('attested');
});

function tells(...reasons: string[]) {
  return (periods: readonly Period[]): boolean => {
    const told = periods.map(({ reason }) => reason);
    return told.join(' ').includes(reasons.join(' '));
  };
}

async function periodsOf(folder: string): Promise<Period[]> {
  const { stdout } = await pzm(['history', 'shop', '--attested', '--format', 'json'], folder);
  return (JSON.parse(stdout) as Period[]).filter(({ type }) => type === 'polar.observation.attested');
}

type Counts = Record<'due' | 'made' | 'missed' | 'skipped', number>;

async function sumsOf(folder: string): Promise<Counts & { attested: Counts; open: Counts }> {
  const { code, stdout } = await pzm(['audit', '--format', 'json'], folder);
  expect(code).toBe(0);
  return (JSON.parse(stdout) as { observations: Counts & { attested: Counts; open: Counts } }).observations;
}

async function attested(): Promise<Period[]> {
  return node
    .stdout()
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as CloudEvent)
    .filter(({ type }) => type === 'polar.observation.attested')
    .map(({ data }) => data as Period);
}

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CloudEvent } from '../../src/model/cloud-event.ts';
import { createObservable } from '../../src/observable/observable.ts';
import { begin, makeProject, pzm, type Running, until } from './command.ts';

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
    {
      periods: periods.length,
      due: sum('due'),
      made: sum('made'),
      missed: sum('missed'),
      skipped: sum('skipped'),
    },
  ]);
});

async function attested(): Promise<Period[]> {
  return node
    .stdout()
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as CloudEvent)
    .filter(({ type }) => type === 'polar.observation.attested')
    .map(({ data }) => data as Period);
}

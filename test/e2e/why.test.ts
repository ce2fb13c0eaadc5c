import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { begin, makeProject, processesOf, pzm, until } from './command.ts';

/* What `why` tells of runs: by whom, at which delivery, each step with what it took. */

const flow = `[Parcel]
?Parcel?Push
Subject?Parcel?weigh
scales?Parcel?price
scales?Parcel@PUBLISH?priced
??done
`;
const mappings = `[actionmapping]
Subject?Parcel?weigh = scales.weigh
scales?Parcel?price = scales.price
`;
const scales = `import { writeFileSync } from 'node:fs';
export default {
  async weigh(body, { task, end }) {
    if (body.hang && task.attempt === 1) {
      writeFileSync(body.hang, '');
      await new Promise(() => {});
    }
    return body.light ? end('too light') : body;
  },
  price(body) {
    if (body.broken) throw new Error('the scales are broken');
    return { ...body, cents: 250 };
  },
};
`;

let project: ReturnType<typeof makeProject>;
let folder: string;

beforeAll(async () => {
  project = makeProject({
    'polar.ini': '[node]\nname = anna\n[run]\ndir = run\n[topology]\nworkers = 1\n[push]\nmax_attempts = 3\n',
    'package.json': '{"type":"module"}',
    'flows/parcels.ini': flow,
    'actionmappings/parcels.ini': mappings,
  });
  folder = project.folder;
  mkdirSync(join(folder, 'components'));
  writeFileSync(join(folder, 'components', 'scales.js'), scales);
  expect(await pzm(['up', '-d'], folder)).toMatchObject({ code: 0 });
}, 60_000);
afterAll(async () => {
  await pzm(['down'], folder);
  project.remove();
});

const why = async (id: string) => JSON.parse((await pzm(['why', id, '--format', 'json'], folder)).stdout);
const push = (id: string, body: unknown) =>
  pzm(['push', 'Parcel', JSON.stringify(body), '--id', id, '--timeout', '60s'], folder);
const begunWithin = (from: number, run: { begun: string }) => {
  expect(Date.parse(run.begun)).toBeGreaterThanOrEqual(from - 1);
  expect(Date.parse(run.begun)).toBeLessThanOrEqual(Date.now());
};

test('of an event: the worker, the delivery, the flow as it was walked, and each step with what it took', {
  timeout: 60_000,
}, async () => {
  const from = Date.now();
  expect(await push('good', {})).toMatchObject({ code: 0 });
  const { events, unknown } = await why('good');
  expect(unknown).toEqual([]);
  const { run, flow: walked } = events[0];
  expect(run).toMatchObject({
    worker: 'worker-1',
    incarnation: expect.stringMatching(/./),
    attempt: 1,
    outcome: 'completed',
    reason: null,
    flow: { name: 'Parcel', revision: walked.now.revision },
    steps: [
      { text: 'Subject?Parcel?weigh', does: 'scales.weigh', verdict: 'passed', isThis: false },
      { text: 'scales?Parcel?price', does: 'scales.price', verdict: 'passed', isThis: false },
      { text: 'scales?Parcel@PUBLISH?priced', verdict: 'published', isThis: true },
    ],
    earlier: [],
  });
  begunWithin(from, run);
  for (const { durationMs } of run.steps) expect(durationMs).toBeGreaterThanOrEqual(0);

  const { stdout } = await pzm(['why', events[0].name], folder);
  expect(stdout).toMatch(/^run {7}worker-1 · began [\d:]+ · took [\d.]+ (ms|s) · delivery 1 · completed$/m);
  expect(stdout).toMatch(/^ +Subject\?Parcel\?weigh +scales\.weigh +passed +[\d.]+ (ms|s)$/m);
  expect(stdout).toMatch(/^ +scales\?Parcel@PUBLISH\?priced .* published +← this event$/m);
  expect(stdout).not.toMatch(/^unknown/m);
});

test('of an event whose worker was killed: that there was a delivery before, and that nothing is known of it', {
  timeout: 120_000,
}, async () => {
  const hang = join(folder, 'hangs');
  const asked = begin(
    ['push', 'Parcel', JSON.stringify({ hang }), '--id', 'hung', '--timeout', '60s'],
    folder,
  );
  await until(
    async () => existsSync(hang),
    (isThere) => isThere,
    60_000,
  );
  const [before] = (await processesOf(folder)).filter(({ role }) => role === 'worker');
  process.kill(before!.pid, 'SIGKILL');
  expect(await asked.finished).toMatchObject({ code: 0 });
  const [event] = (await why('hung')).events;
  expect(event.task.attempts).toBe(2);
  expect(event.run).toMatchObject({
    worker: 'worker-1',
    attempt: 2,
    outcome: 'completed',
    earlier: [{ attempt: 1, failure: null }],
  });
  const [good] = (await why('good')).events;
  expect(event.run.incarnation).not.toBe(good.run.incarnation);
  expect((await pzm(['why', 'hung'], folder)).stdout).toMatch(/^ +delivery 1: not known, /m);
});

test('of a dead letter: each delivery, where it failed, and with what', { timeout: 60_000 }, async () => {
  const from = Date.now();
  expect(await push('bad', { broken: true })).toMatchObject({ code: 1 });
  const story = await why('bad');
  expect(story).toMatchObject({
    outcome: 'dead-lettered',
    run: {
      worker: 'worker-1',
      attempt: 3,
      outcome: 'dead-lettered',
      reason: 'action.failed',
      steps: [{ verdict: 'passed' }, { text: 'scales?Parcel?price', verdict: 'failed' }],
    },
    unknown: [],
  });
  expect(story.run.earlier.map(({ attempt }: { attempt: number }) => attempt)).toEqual([1, 2]);
  for (const { failure } of story.run.earlier) {
    expect(failure).toMatchObject({
      step: 'scales?Parcel?price',
      code: 'action.failed',
      message: 'the scales are broken',
    });
    begunWithin(from, failure);
  }
  const { stdout } = await pzm(['why', 'bad'], folder);
  expect(stdout).toMatch(/^ +delivery 1 began .*, failed at scales\?Parcel\?price after .*broken$/m);
  expect(stdout).toMatch(/^ +delivery 2 began /m);
});

test('of what led to no event: that it is not kept one by one', { timeout: 60_000 }, async () => {
  expect(await push('light', { light: true })).toMatchObject({ code: 0 });
  expect(await why('light')).toMatchObject({ outcome: 'ended', reason: 'too light', run: null, events: [] });
  expect((await pzm(['why', 'light'], folder)).stdout).toMatch(/^unknown .* led to no event .*not kept/m);
});

test('of an event whose flow says something else now: as it was walked, and that it has changed', {
  timeout: 60_000,
}, async () => {
  writeFileSync(join(folder, 'flows', 'parcels.ini'), flow.replace('scales?Parcel?price\n', ''));
  const [{ name, run, flow: of }] = (await why('good')).events;
  expect(run.steps).toHaveLength(3);
  expect(of.now.revision).not.toBe(run.flow.revision);
  expect((await pzm(['why', name], folder)).stdout).toContain(
    `the files say revision ${of.now.revision} now`,
  );
});

import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect, test } from 'vitest';
import type { CloudEvent } from '../../src/model/cloud-event.ts';
import { begin, childrenOf, processesOf, pzm, until } from './command.ts';

const demoFolders = () => readdirSync(tmpdir()).filter((name) => name.startsWith('polar-demo-'));

const eventsOf = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as CloudEvent);

const told = (events: readonly CloudEvent[]) =>
  events
    .filter(({ type }) => type.startsWith('polar.observation.'))
    .map(({ type, subject }) => `${type.slice('polar.observation.'.length)} ${subject}`);

const story = ['violated shop', 'changed shop-api', 'changed shop', 'recovered shop'];
/** The end of the node closes its periods of looking, in no order. */
const attested = ['attested shop', 'attested shop-api'];

const toldThen = (events: readonly CloudEvent[]) => {
  const all = told(events).slice(2);
  return [...all.slice(0, -attested.length), ...all.slice(-attested.length).sort()];
};

test('the demo prints its events, one CloudEvent a line, and ends by itself', {
  timeout: 60_000,
}, async () => {
  const { code, stdout, stderr } = await pzm(['up', '--demo', '--for', '20s', '--format', 'jsonl'], tmpdir());
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining(' · 0 lost') });
  const events = eventsOf(stdout);
  expect(told(events).slice(0, 2).sort()).toEqual(['first shop', 'first shop-api']);
  expect(toldThen(events)).toEqual([...story, ...attested]);
  const isValid = schemaOfEvents();
  for (const event of events) {
    expect(event).toMatchObject({
      policyrevision: expect.stringMatching(/^[0-9a-f]{6}$/),
      policyhash: expect.stringMatching(/^[0-9a-f]{64}$/),
      chainhead: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(isValid(event), JSON.stringify(isValid.errors)).toBe(true);
  }
  expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
});

test('every process is killed during the demo, and the story goes on', { timeout: 90_000 }, async () => {
  const before = new Set(demoFolders());
  const demo = begin(['up', '--demo', '--for', '30s', '--format', 'jsonl'], tmpdir());
  await until(
    async () => demo.stderr(),
    (text) => text.includes('ready in'),
  );
  const folder = join(tmpdir(), demoFolders().find((name) => !before.has(name)) ?? '');
  // What asking costs, a process for each question, is in these numbers; and a busy machine takes longer over both.
  const askingMs = await elapsedMs(() => processesOf(folder));
  const healMs: number[] = [];
  for (const { name, pid } of (await processesOf(folder)).filter(({ role }) => role !== 'supervisor')) {
    process.kill(pid, 'SIGKILL');
    const healed = () =>
      until(
        () => processesOf(folder),
        (all) => all.some((one) => one.name === name && one.pid !== pid && one.state === 'ready'),
      );
    healMs.push(await elapsedMs(healed));
  }
  expect(Math.max(...healMs)).toBeLessThan(Math.max(2000, 15 * askingMs));
  const [verify, audit] = [await pzm(['journal', 'verify'], folder), await pzm(['audit'], folder)];
  expect(verify).toMatchObject({ code: 0, stdout: expect.stringContaining('consistent with itself') });
  expect(audit).toMatchObject({ code: 0 });
  const { code, stdout, stderr } = await demo.finished;
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining(' · 0 lost') });
  // An event may come twice, with its id, when the bridge was killed before it could note that it was delivered.
  const once = [...new Map(eventsOf(stdout).map((event) => [event.id, event])).values()];
  expect(toldThen(once)).toEqual([...story, ...attested]);
});

test('Ctrl-C in the terminal stops the demo cleanly', { timeout: 60_000 }, async () => {
  const before = new Set(demoFolders());
  const demo = begin(['up', '--demo'], tmpdir());
  await until(
    async () => demo.stderr(),
    (text) => text.includes('ready in'),
  );
  const pids = [demo.process.pid!, ...childrenOf(demo.process.pid!)];
  // A terminal sends it to the whole group.
  for (const pid of pids) process.kill(pid, 'SIGINT');
  const { code, stderr } = await demo.finished;
  expect({ code, stderr }).toMatchObject({ code: 130, stderr: expect.stringContaining('Next: npx') });
  expect(demoFolders().filter((name) => !before.has(name))).toEqual([]);
});

async function elapsedMs(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

function schemaOfEvents() {
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  const folder = new URL('../../docs/events/', import.meta.url);
  const load = (name: string) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as { $id: string };
  const names = readdirSync(folder).filter((name) => name.endsWith('.schema.json'));
  for (const name of names.filter((each) => each !== 'cloud-event.schema.json')) ajv.addSchema(load(name));
  return ajv.compile(load('cloud-event.schema.json'));
}

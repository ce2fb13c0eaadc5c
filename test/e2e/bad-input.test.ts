import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createObservable } from '../../src/observable/observable.ts';
import { begin, makeProject, pzm, shopPolicy, until } from './command.ts';

const observable = createObservable();
let project: ReturnType<typeof makeProject>;
let folder: string;

beforeAll(async () => {
  const url = await observable.listen(0);
  project = makeProject({
    'policies/shop.ini': shopPolicy(url),
    'flows/own.ini': [
      '[Relayed]\n?Relayed?Push\nSubject?Relayed?pass\nRelay?Relayed@PUBLISH?passed\n??done',
      '[Unmapped]\n?Unmapped?Push\nSubject?Unmapped?vanish\n??done\n',
    ].join('\n\n'),
    'actionmappings/own.ini': '[actionmapping]\nSubject?Relayed?pass = Relay.pass\n',
  });
  folder = project.folder;
  expect(await pzm(['up', '-d'], folder)).toMatchObject({ code: 0 });
});

afterAll(async () => {
  await pzm(['down'], folder);
  await observable.close();
  project.remove();
});

test('push answers when it is settled, and tap streams what it published', { timeout: 30_000 }, async () => {
  const tap = begin(['tap', 'Relayed/passed/', '--from', 'beginning', '--format', 'jsonl'], folder);
  const pushed = await pzm(['push', 'Relayed', '{"n":1}', '--wait'], folder);
  expect(pushed).toMatchObject({ code: 0, stdout: expect.stringMatching(/^settled +completed/) });
  const line = await until(
    async () => tap.stdout(),
    (text) => text.includes('\n'),
  );
  expect(JSON.parse(line)).toMatchObject({ type: 'polar.flow.Relayed.passed', data: { n: 1 } });
  tap.process.kill('SIGINT');
  expect(await tap.finished).toMatchObject({ code: 130 });
});

test('tap of the topic of changes streams them', { timeout: 30_000 }, async () => {
  const tap = begin(['tap', 'ObserveTarget/changed/', '--format', 'jsonl'], folder);
  // It says on standard error from where it listens.
  await until(
    async () => tap.stderr() + tap.stdout(),
    (text) => text !== '',
  );
  observable.turn('down');
  const line = await until(
    async () => tap.stdout(),
    (text) => text.includes('violated'),
  );
  expect(JSON.parse(line.trim().split('\n').at(-1)!)).toMatchObject({ subject: 'shop' });
  observable.turn('up');
  tap.process.kill('SIGTERM');
  expect(await tap.finished).toMatchObject({ code: 143 });
});

test.each([
  ['an unknown flow', ['push', 'Relayd', '{}'], 2, /Relayd.*did you mean "Relayed"/s],
  ['a flow with an unmapped action', ['push', 'Unmapped', '{}'], 2, /Unmapped/],
  ['a body that is not data', ['push', 'Relayed', '{"n": }'], 2, /JSON/],
  ['an unknown target', ['observe', 'shopp'], 2, /shopp.*did you mean/s],
] as const)('%s is refused with what to do, and the rest goes on', async (_, args, code, message) => {
  const { stderr, ...rest } = await pzm(args, folder);
  expect(rest).toMatchObject({ code, stdout: '' });
  expect(stderr).toMatch(message);
  expect(stderr).toMatch(/→ /);
  expect(await pzm(['push', 'Relayed', '{}'], folder)).toMatchObject({ code: 0 });
});

test('check names an unmapped step with file, line and column', async () => {
  const { code, stdout } = await pzm(['check'], folder);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^flows\/own\.ini:9:1: error flow\.unmapped/m);
});

test.each([
  ['a key outside of any section', 'url = http://x/\n', /^policies\/broken\.ini:1:1: error ini\./m],
  [
    'a section that is not closed',
    '[http:x\nurl = http://x/\n',
    /^policies\/broken\.ini:1:\d+: error ini\./m,
  ],
  [
    'a section twice',
    '[http:x]\nurl = http://x/\n[http:x]\nurl = http://y/\n',
    /broken\.ini:3:1: error ini\.duplicate/m,
  ],
  [
    'an unknown key',
    '[http:x]\nurl = http://x/\nevry = 1s\n',
    /broken\.ini:3:1: error policy\.unknown-key "evry"; did you mean "every"/m,
  ],
  [
    'a key twice',
    '[http:x]\nurl = http://x/\nevery = 1s\nevery = 2s\n',
    /broken\.ini:4:1: error policy\.duplicate-key/m,
  ],
  [
    'a value that is none',
    '[http:x]\nurl = http://x/\nevery = soon\n',
    /broken\.ini:3:9: error policy\.invalid-value/m,
  ],
  [
    'a setting that is missing',
    '[http:x]\nevery = 1s\n',
    /broken\.ini:1:1: error policy\.missing-key "url"/m,
  ],
  ['a kind that does not exist', '[htpp:x]\nurl = http://x/\n', /broken\.ini:1:\d+: error policy\..*htpp/m],
  [
    'a dotted domain',
    '[http:api.example.com]\nurl = http://x/\n',
    /broken\.ini:1:\d+: error .*api-example-com/m,
  ],
])(
  'a policy with %s is refused whole, with its place, while the old one stays',
  { timeout: 30_000 },
  async (_, text, place) => {
    const inForce = (await status()).policy.revision;
    writeFileSync(join(folder, 'policies', 'broken.ini'), text);
    const { code, stdout } = await pzm(['check'], folder);
    expect(code).toBe(1);
    expect(stdout).toMatch(place);
    const refused = await until(status, ({ policy }) => policy.refused, 5000);
    expect(refused.policy.revision).toBe(inForce);
    writeFileSync(join(folder, 'policies', 'broken.ini'), '');
    await until(status, ({ policy }) => !policy.refused, 5000);
  },
);

test('a dotted node name is refused before anything starts', async () => {
  const other = makeProject({ 'polar.ini': '[node]\nname = anna.example.com\n' });
  const { code, stderr } = await pzm(['up', '--for', '1s'], other.folder);
  expect({ code, stderr }).toMatchObject({
    code: 78,
    stderr: expect.stringMatching(/polar\.ini:2:8.*anna-example-com/s),
  });
  other.remove();
});

test('a data folder that cannot be written ends the start with its reason', { timeout: 20_000 }, async () => {
  const other = makeProject({
    'polar.ini': '[node]\nname = anna\n[run]\ndir = run\n[journal]\ndir = data\n',
  });
  writeFileSync(join(other.folder, 'data'), 'a file stands where the folder is to be');
  const { code, stderr } = await pzm(['up', '--for', '1s'], other.folder);
  expect({ code, stderr }).toMatchObject({
    code: 74,
    stderr: expect.stringMatching(/cannot be written.*→ /s),
  });
  other.remove();
});

test('a run directory that is too long for sockets is refused with what to do', async () => {
  const deep = 'deep/'.repeat(30);
  const other = makeProject({ 'polar.ini': `[node]\nname = anna\n[run]\ndir = ${deep}\n` });
  mkdirSync(join(other.folder, deep), { recursive: true });
  const { code, stderr } = await pzm(['up', '--for', '1s'], other.folder);
  expect({ code, stderr }).toMatchObject({
    code: 74,
    stderr: expect.stringMatching(/too long.*\[run\] dir/s),
  });
  other.remove();
});

interface Status {
  readonly policy: { readonly revision: string; readonly refused: boolean };
}

async function status(): Promise<Status> {
  return JSON.parse((await pzm(['status', '--format', 'json'], folder)).stdout) as Status;
}

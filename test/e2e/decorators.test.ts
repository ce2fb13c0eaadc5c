import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeProject, processesOf, pzm, until } from './command.ts';

const flows = `[Approval]
?Approval?Push
Subject?Approval@ASYNC?decided
Relay?Approval@PUBLISH?approved
??done

[Everywhere]
?Everywhere?Push
Subject?Everywhere@ROUTING_WORKER?pass
Relay?Everywhere@PUBLISH?passed
??done
`;

let project: ReturnType<typeof makeProject>;
let folder: string;

beforeAll(async () => {
  project = makeProject({
    'polar.ini': '[node]\nname = anna\n[run]\ndir = run\n[push]\nanswer_within = 3s\n',
    'flows/own.ini': flows,
    'actionmappings/own.ini': '[actionmapping]\n??pass = Relay.pass\n',
  });
  folder = project.folder;
  expect(await pzm(['up', '-d'], folder)).toMatchObject({ code: 0 });
});

afterAll(async () => {
  await pzm(['down'], folder);
  project.remove();
});

const settledText = async (args: readonly string[]) => {
  const { code, stdout, stderr } = await pzm(args, folder);
  return { code, text: stdout + stderr };
};

/** Answers as soon as somebody waits. */
const answer = (id: string, body: string) =>
  until(
    () => settledText(['push', 'Approval', body, '--correlation', id]),
    ({ code }) => code === 0,
  );

test('a flow waits for its answer and goes on with it', { timeout: 30_000 }, async () => {
  const asked = pzm(['push', 'Approval', '{"order":7}', '--id', 'order-7', '--wait'], folder);
  expect((await answer('order-7', '{"by":"anna"}')).text).toMatch(/settled ended: answered/);
  const { code, stdout } = await asked;
  expect({ code, stdout }).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/settled completed · seq \d+/),
  });
  expect(await settledText(['push', 'Approval', 'true', '--correlation', 'order-7'])).toMatchObject({
    code: 2,
    text: expect.stringContaining('No task of Approval waits'),
  });
});

test('a waiting survives every process, and its answer finds it', { timeout: 60_000 }, async () => {
  expect(await pzm(['push', 'Approval', '{}', '--id', 'long', '--no-wait'], folder)).toMatchObject({
    code: 0,
  });
  for (const { pid } of (await processesOf(folder)).reverse()) process.kill(pid, 'SIGKILL');
  expect(await pzm(['up', '-d'], folder)).toMatchObject({ code: 0 });
  const { text } = await until(
    () => settledText(['push', 'Approval', 'true', '--correlation', 'long']),
    ({ code, text: said }) => code === 0 || said.includes('No task'),
  );
  // Within the three seconds it is answered, later it is expired: one of the two, and the numbers add up.
  expect(text).toMatch(/answered|No task/);
  expect(await pzm(['audit'], folder)).toMatchObject({ code: 0 });
});

test('a waiting that is too long is a dead letter', { timeout: 30_000 }, async () => {
  const { code, text } = await settledText(['push', 'Approval', '{}', '--id', 'never', '--wait']);
  expect({ code, text }).toEqual({ code: 1, text: expect.stringMatching(/dead-lettered: flow\.timeout/) });
  expect((await pzm(['audit'], folder)).stdout).toMatch(/0 parked/);
});

test('@ROUTING_WORKER runs on every worker', { timeout: 30_000 }, async () => {
  const before = await lastSequence();
  expect(await pzm(['push', 'Everywhere', '{"x":1}'], folder)).toMatchObject({ code: 0 });
  await until(lastSequence, (last) => last === before + 2);
});

test('a changed flow is swapped in while the node runs; a broken one is not', {
  timeout: 30_000,
}, async () => {
  const pushNew = () => settledText(['push', 'New', '{}']);
  writeFileSync(join(folder, 'flows', 'new.ini'), '[New]\n?New?Push\n?New@PUBLISH?one\n??done\n');
  await until(pushNew, ({ code }) => code === 0);
  writeFileSync(
    join(folder, 'flows', 'new.ini'),
    '[New]\n?New?Push\n?New@PUBLISH?one\n?New@PUBLISH?two\n??done\n',
  );
  await until(pushNew, ({ text }) => /seq \d+–\d+/.test(text));
  writeFileSync(join(folder, 'flows', 'new.ini'), '[New]\n?New?Push\nNobody?New?vanish\n??done\n');
  expect((await pzm(['flow', 'lint', 'New'], folder)).code).toBe(1);
  const { text } = await pushNew();
  expect(text).toMatch(/seq \d+–\d+/);
});

test('flow explain says which mapping, by which rule, and what was tried', async () => {
  const { code, stdout } = await pzm(['flow', 'explain', 'Subject?Everywhere@ROUTING_WORKER?pass'], folder);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^S\?C@D\?A .*no mapping$/m);
  expect(stdout).toMatch(/^\?\?A +\?\?pass +→ Relay\.pass$/m);
  expect(stdout).toMatch(/own\.ini:2/);
  expect(await pzm(['flow', 'explain', 'Nobody?Nowhere?nothing'], folder)).toMatchObject({ code: 1 });
  expect(await pzm(['flow', 'explain', 'a=b'], folder)).toMatchObject({ code: 2 });
});

async function lastSequence(): Promise<number> {
  const { stdout } = await pzm(['journal', 'info', '--format', 'json'], folder);
  return (JSON.parse(stdout) as { lastSequence: number }).lastSequence;
}

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { begin, makeProject, pzm, until } from './command.ts';

const component = `import { existsSync } from 'node:fs';
export default {
  take(body) {
    if (!existsSync('healed')) throw new Error('the scales are broken');
    return body;
  },
};
`;

let project: ReturnType<typeof makeProject>;
let folder: string;

beforeAll(async () => {
  project = makeProject({
    'package.json': '{"type":"module"}',
    'flows/taken.ini': '[Taken]\n?Taken?Push\nSubject?Taken?take\ntaker?Taken@PUBLISH?taken\n??done\n',
    'actionmappings/taken.ini': '[actionmapping]\nSubject?Taken?take = taker.take\n',
    'polar.ini': '[node]\nname = anna\n[run]\ndir = run\n[push]\nmax_attempts = 2\n',
  });
  folder = project.folder;
  mkdirSync(join(folder, 'components'));
  writeFileSync(join(folder, 'components', 'taker.js'), component);
  expect(await pzm(['up', '-d'], folder)).toMatchObject({ code: 0 });
}, 120_000);
afterAll(async () => {
  await pzm(['down'], folder);
  project.remove();
}, 60_000);

const push = (id: string) => pzm(['push', 'Taken', '{"n":1}', '--id', id, '--timeout', '60s'], folder);
const json = async (...args: string[]) =>
  JSON.parse((await pzm([...args, '--format', 'json'], folder)).stdout);
const settledAs = async (id: string) => (await push(id)).stdout;

test('a dead letter is tried again with its id, or dropped for a reason, and the numbers add up', {
  timeout: 240_000,
}, async () => {
  for (const id of ['first', 'second']) await push(id);
  expect(await json('dlq', 'list')).toMatchObject([
    { kind: 'task', id: 'first', redrives: 0 },
    { kind: 'task', id: 'second', redrives: 0 },
  ]);
  const { name, history } = await json('dlq', 'show', 'first');
  expect(history).toMatchObject([{ attempt: 1, code: 'action.failed', message: 'the scales are broken' }]);

  // Nothing is healed: it is a dead letter again, which says that this was tried.
  expect(await pzm(['dlq', 'retry', name, '--reason', 'perhaps'], folder)).toMatchObject({ code: 0 });
  expect(await settledAs('first')).toContain('dead-lettered');
  expect(await json('dlq', 'show', 'first')).toMatchObject({ redrives: 1 });

  writeFileSync(join(folder, 'healed'), '');
  expect(await pzm(['dlq', 'retry', 'first'], folder)).toMatchObject({ code: 0 });
  expect(await settledAs('first')).toContain('completed');

  expect(await pzm(['dlq', 'drop', 'second'], folder)).toMatchObject({ code: 2 });
  expect(await pzm(['dlq', 'drop', 'second', '--reason', 'a test of ours'], folder)).toMatchObject({
    code: 0,
  });
  expect(await json('dlq', 'list')).toEqual([]);
  expect(await pzm(['dlq', 'retry', 'dead-1'], folder)).toMatchObject({ code: 2 });

  const tap = begin(['tap', '--from', 'beginning', '--format', 'jsonl'], folder);
  await until(
    async () => tap.stdout(),
    (events) => events.includes('a test of ours'),
    60_000,
  );
  tap.process.kill('SIGTERM');
  await tap.finished;
  const { tasks, lost } = await json('audit');
  expect({ ...tasks, lost }).toMatchObject({ retried: 2, dropped: 1, lost: 0 });
});

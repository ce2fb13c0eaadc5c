import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeProject, processesOf, pzm, until } from './command.ts';

/* Tasks that end their worker: the process kills itself, or takes memory until the limit of its heap. */

const component = `import { appendFileSync } from 'node:fs';
export default {
  take({ how }, { task }) {
    appendFileSync('ran.txt', task.id + '\\n');
    if (how === 'kill') process.kill(process.pid, 'SIGKILL');
    const hoard = [];
    while (how === 'hoard') hoard.push(new Array(100_000).fill(hoard.length));
    return { how };
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
    'polar.ini': '[node]\nname = anna\n[run]\ndir = run\n[push]\nmax_attempts = 3\n',
  });
  folder = project.folder;
  mkdirSync(join(folder, 'components'));
  writeFileSync(join(folder, 'components', 'taker.js'), component);
  writeFileSync(join(folder, 'ran.txt'), '');
  const env = { NODE_OPTIONS: '--max-old-space-size=128' };
  expect(await pzm(['up', '-d'], folder, env)).toMatchObject({ code: 0 });
}, 120_000);
afterAll(async () => {
  await pzm(['down'], folder);
  project.remove();
}, 60_000);

const push = (id: string, how: string) =>
  pzm(['push', 'Taken', JSON.stringify({ how }), '--id', id, '--no-wait'], folder);
const outcomeOf = async (id: string): Promise<{ state: string; outcome: string | null }> =>
  JSON.parse((await pzm(['why', id, '--format', 'json'], folder)).stdout);
const settled = (id: string) =>
  until(
    () => outcomeOf(id),
    ({ state }) => state === 'settled',
    120_000,
  );
const deliveriesOf = (id: string) =>
  readFileSync(join(folder, 'ran.txt'), 'utf8')
    .split('\n')
    .filter((line) => line === id).length;

interface DeadTask {
  readonly id: string;
  readonly reason: string;
  readonly attempts: number;
  readonly history: readonly { readonly attempt: number; readonly code: string; readonly worker: string }[];
}
const showDead = async (id: string): Promise<DeadTask> =>
  JSON.parse((await pzm(['dlq', 'show', id, '--format', 'json'], folder)).stdout);

test('a task that kills its workers is a dead letter after max_attempts, though the subject is killed in between', {
  timeout: 240_000,
}, async () => {
  expect(await push('poison', 'kill')).toMatchObject({ code: 0 });
  await until(
    async () => deliveriesOf('poison'),
    (times) => times > 0,
    60_000,
  );
  const subject = (await processesOf(folder)).find(({ role }) => role === 'subject')!;
  process.kill(subject.pid, 'SIGKILL');
  expect(await push('harmless', 'well')).toMatchObject({ code: 0 });
  expect(await settled('poison')).toMatchObject({ outcome: 'dead-lettered' });
  expect(await settled('harmless')).toMatchObject({ outcome: 'completed' });
  // One more than allowed for a subject that died before it had heard of a death.
  expect(deliveriesOf('poison')).toBeGreaterThanOrEqual(3);
  expect(deliveriesOf('poison')).toBeLessThanOrEqual(4);
  const { reason, attempts, history } = await showDead('poison');
  expect(reason).toContain('3 times');
  expect(attempts).toBe(3);
  expect(history.map(({ attempt, code }) => [attempt, code])).toEqual(
    [1, 2, 3].map((attempt) => [attempt, 'worker.lost']),
  );
  expect(await pzm(['audit'], folder)).toMatchObject({ code: 0 });
});

test('a task that exhausts memory is a dead letter too, and the others of its worker come through', {
  timeout: 240_000,
}, async () => {
  for (const number of [1, 2, 3, 4]) expect(await push(`other-${number}`, 'well')).toMatchObject({ code: 0 });
  expect(await push('hoarder', 'hoard')).toMatchObject({ code: 0 });
  // Its worker may have one of these, too, and answers nobody until it ends: they are pushed until they are accepted.
  for (const number of [5, 6, 7, 8]) {
    await until(
      () => push(`other-${number}`, 'well'),
      ({ code }) => code === 0,
      120_000,
    );
  }
  expect(await settled('hoarder')).toMatchObject({ outcome: 'dead-lettered' });
  for (const number of [1, 2, 3, 4, 5, 6, 7, 8]) {
    expect(await settled(`other-${number}`)).toMatchObject({ outcome: 'completed' });
  }
  const { history } = await showDead('hoarder');
  expect(history.map(({ code }) => code)).toEqual(['worker.lost', 'worker.lost', 'worker.lost']);
  expect(await pzm(['audit'], folder)).toMatchObject({ code: 0 });
});

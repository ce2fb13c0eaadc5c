import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { begin, makeProject, processesOf, pzm, type Running, until } from './command.ts';

/*
 * A flow of four steps: a component, an executable, a wait for an answer, and what is published. Every process is
 * killed while tasks stand at each of them; afterwards each push has come through exactly once.
 */

const files = {
  'polar.ini': '[node]\nname = anna\n[run]\ndir = run\n[push]\nanswer_within = 10m\n',
  'flows/way.ini': [
    '[Way]',
    '?Way?Push',
    'Subject?Way?weigh',
    'scales?Way?price',
    'tariff?Way@ASYNC?agreed',
    'tariff?Way@PUBLISH?sold',
    '??done',
    '',
  ].join('\n'),
  'actionmappings/way.ini':
    '[actionmapping]\nSubject?Way?weigh = scales.weigh\nscales?Way?price = exec:tariff.price\n',
};
const component = `import { defineComponent } from 'polar-zmanager/component';

export default defineComponent({
  async weigh(body, context) {
    const count = (context.state.read('scales') ?? 0) + 1;
    context.state.write('scales', count);
    return { ...body, count };
  },
});
`;
const executable = `#!/usr/bin/env python3
import json, sys
for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps({"id": request["id"], "body": {**request["body"], "cents": 250}}), flush=True)
`;

const pushes = Array.from({ length: 18 }, (_, index) => `parcel-${index + 1}`);
let project: ReturnType<typeof makeProject>;
let folder: string;

beforeAll(async () => {
  project = makeProject(files);
  folder = project.folder;
  mkdirSync(join(folder, 'components'));
  writeFileSync(join(folder, 'components', 'scales.js'), component);
  writeFileSync(join(folder, 'components', 'tariff'), executable);
  chmodSync(join(folder, 'components', 'tariff'), 0o755);
  expect(await pzm(['up', '-d'], folder)).toMatchObject({ code: 0 });
});

afterAll(async () => {
  await pzm(['down'], folder);
  project.remove();
});

test('a flow with a component, an executable and a wait survives the death of every process', {
  timeout: 180_000,
}, async () => {
  const tap = begin(['tap', 'Way/sold/', '--format', 'jsonl'], folder);
  const roles = (await processesOf(folder))
    .filter(({ role }) => role !== 'supervisor')
    .map(({ name }) => name);
  // Each process dies with some pushes behind it, some before it, and answers on their way.
  for (const [index, id] of pushes.entries()) {
    void pushUntilAccepted(id);
    if (index % 3 === 2) await kill(roles[Math.floor(index / 3) % roles.length]!);
    if (index > 3) await answer(pushes[index - 4]!);
  }
  for (const id of pushes.slice(-4)) await answer(id);
  const sold = await until(
    async () => soldBy(tap),
    (events) => events.length >= pushes.length,
    60_000,
  );
  tap.process.kill('SIGTERM');
  expect(sold.map(({ data }) => data.request.id).sort()).toEqual([...pushes].sort());
  // One key, so one after the other: the component's count is an unbroken chain, whatever died.
  expect(sold.map(({ data }) => data.request.count).sort((a, b) => a - b)).toEqual(
    pushes.map((_, index) => index + 1),
  );
  expect(sold.every(({ data }) => data.request.cents === 250 && data.answer === true)).toBe(true);
  expect(await pzm(['audit'], folder)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('0 parked'),
  });
  expect(await pzm(['journal', 'verify'], folder)).toMatchObject({ code: 0 });
});

async function pushUntilAccepted(id: string): Promise<void> {
  const body = JSON.stringify({ id });
  await until(
    () => pzm(['push', 'Way', body, '--id', id, '--no-wait'], folder),
    ({ code }) => code === 0,
    60_000,
  );
}

/** Until the waiting is over: accepted and settled as an answer, or found answered by an earlier try. */
async function answer(id: string): Promise<void> {
  const isWaiting = async () => (await pzm(['why', id, '--format', 'json'], folder)).stdout;
  await until(isWaiting, (text) => text.includes('"parked"'), 60_000);
  const args = ['push', 'Way', 'true', '--correlation', id, '--id', `answer-${id}`];
  await until(
    () => pzm(args, folder),
    ({ code, stderr }) => code === 0 || stderr.includes('No task'),
    60_000,
  );
}

async function kill(name: string): Promise<void> {
  const victim = (await processesOf(folder)).find((one) => one.name === name)!;
  process.kill(victim.pid, 'SIGKILL');
}

interface Sold {
  readonly data: {
    readonly request: { readonly id: string; readonly count: number; readonly cents: number };
    readonly answer: boolean;
  };
}

function soldBy(tap: Running): Sold[] {
  return tap
    .stdout()
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Sold);
}

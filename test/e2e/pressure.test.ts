import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { NodeStatus } from '../../src/topology/node.ts';
import { begin, makeProject, pzm, type Running, until } from './command.ts';

/* What holds the node up is named, whoever pushes is told to wait, and nothing but the journal grows. */

const token = 'a-token-of-some-length';
const maxPending = 40;
const flows = `
[Gated]
?Gated?Push
Subject?Gated?pass
gate?Gated@PUBLISH?passed
??done
[Straight]
?Straight?Push
Subject?Straight@PUBLISH?passed
??done
[Broken]
?Broken?Push
Subject?Broken?refuse
??done
`;
/** Holds whatever comes until there is a file named "open". */
const gate = `
import { existsSync } from 'node:fs';
import { join } from 'node:path';
const open = join(import.meta.dirname, '..', 'open');
export default {
  async pass(body, { signal }) {
    while (!existsSync(open) && !signal.aborted) await new Promise((resolve) => setTimeout(resolve, 50));
    return body;
  },
  refuse() {
    throw new Error('not today');
  },
};
`;
let project: ReturnType<typeof makeProject>;
let node: Running | undefined;
let gateway: string;

beforeEach(() => {
  project = makeProject({
    'flows/own.ini': flows,
    'actionmappings/own.ini': '[actionmapping]\n??pass = gate.pass\n??refuse = gate.refuse\n',
    'package.json': '{"type":"module"}',
    'gateway.token': token,
  });
  mkdirSync(join(project.folder, 'components'));
  writeFileSync(join(project.folder, 'components/gate.js'), gate);
});
afterEach(async () => {
  await pzm(['down'], project.folder);
  await node?.finished;
  node = undefined;
  project.remove();
});

test('slow workers are named, close the door to nobody, and do what waits for them when they are free', {
  timeout: 300_000,
}, async () => {
  await start('runs_per_worker = 2');
  await push('Broken', 'broken', '{}', '&wait=settled');
  for (let n = 0; n < 6; n++) await push('Gated', `task-${n}`, '{}');
  const { text } = await bottleneck(({ where }) => where === 'workers');
  expect(text).toMatch(/^workers are the bottleneck: \d tasks? waits?, 4 of 4 runs busy$/);
  expect((await pzm(['status'], project.folder)).stdout).toContain('\nworkers are the bottleneck: ');

  // The door is open all the same: also under a key whose run does not end, and for those who lead the node.
  for (const key of ['task-0', 'task-5', 'another'])
    expect(await push('Gated', `${key}-late`, '{}', '', key)).toMatchObject({ status: 202 });
  const { policy: before } = await status();
  writeFileSync(join(project.folder, 'policies/none.ini'), '[policy]\nowner = them\n');
  await until(status, ({ policy }) => policy?.hash !== before?.hash, 60_000);
  const drop = await pzm(['dlq', 'drop', 'broken', '--reason', 'a test of ours'], project.folder);
  expect(drop).toMatchObject({ code: 0, stdout: 'broken: dropped; the reason is in the journal\n' });
  const still = await bottleneck(({ where }) => where === 'workers');
  expect(still.text).toMatch(/^workers are the bottleneck: 5 tasks wait, 4 of 4 runs busy$/);

  open();
  await until(status, isHeldUpByNothing, 60_000);
  await addsUp();
});

test('sources are told to wait when as much waits as may, and go on when there is room', {
  timeout: 300_000,
}, async () => {
  await start('runs_per_worker = 32');
  let refused: Pushed | undefined;
  for (let n = 1; !refused; n++) {
    const pushed = await push('Gated', `task-${n}`, '{}');
    if (!isAccepted(pushed)) refused = pushed;
    expect(n).toBeLessThan(2 * maxPending);
  }
  expect(refused).toMatchObject({ status: 503, code: 'intake.full', retryAfter: '1' });
  const { text } = await bottleneck(({ where }) => where === 'intake');
  expect(text).toBe(`pushes are refused: ${maxPending} accepted tasks wait, as many as may`);
  const ready = await fetch(`${gateway}/readyz`);
  expect([ready.status, await ready.json()]).toEqual([503, { ready: false, problems: [text] }]);

  open();
  const { id } = refused;
  await until(
    () => push('Gated', id, '{}', '&wait=settled'),
    (pushed) => pushed.status === 200,
    60_000,
  );
  await until(status, isHeldUpByNothing, 60_000);
  expect((await fetch(`${gateway}/readyz`)).status).toBe(200);
  await addsUp();
});

test('a broker that is away is named, and events wait in the journal rather than in memory', {
  timeout: 300_000,
}, async () => {
  const port = await freePort();
  await start(
    '',
    `[broker]\nurl = amqp://127.0.0.1:${port}\nusername = guest\npassword = \${file:gateway.token}\n`,
  );
  const body = JSON.stringify({ text: 'x'.repeat(500_000) });
  const pushes = 400;
  await push('Straight', 'first', body, '&wait=settled');
  const found = await bottleneck(({ where }) => where === 'broker');
  expect(found.text).toMatch(/^the broker has been away for .*: [\d,]+ events? waits? in the journal$/);

  const before = await memories();
  for (let n = 0; n < pushes; n += 4) {
    const some = [0, 1, 2, 3].map((k) => until(() => push('Straight', `event-${n + k}`, body), isAccepted));
    await Promise.all(some);
  }
  await push('Straight', 'last', body, '&wait=settled');
  const grown = Object.entries(await memories()).map(([name, bytes]) => [name, bytes - (before[name] ?? 0)]);
  expect(grown.filter(([, bytes]) => Number(bytes) > (pushes * body.length) / 2)).toEqual([]);
  // The first, the last, and that the policy was applied.
  const { text } = await bottleneck(({ text: now }) => now.includes(`${pushes + 3} events`));
  expect(text).toContain('the broker has been away');
});

interface Pushed {
  readonly id: string;
  readonly status: number;
  readonly retryAfter: string | null;
  readonly code?: string;
}

const isAccepted = (pushed: Pushed) => pushed.status === 202;
const isHeldUpByNothing = ({ bottleneck: now }: NodeStatus) => now === null;
const open = () => writeFileSync(join(project.folder, 'open'), '');

async function addsUp(): Promise<void> {
  const { code, stdout } = await pzm(['audit'], project.folder);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^lost +0$/m)]);
}

async function start(topology: string, more = ''): Promise<void> {
  const { folder } = project;
  writeFileSync(
    join(folder, 'polar.ini'),
    `[node]\nname = anna\n[run]\ndir = run\n[topology]\nworkers = 2\n${topology}\n` +
      `[push]\nmax_pending = ${maxPending}\nmax_attempts = 1\n` +
      `[gateway]\nlisten = 127.0.0.1:0\ntoken = \${file:gateway.token}\n${more}`,
  );
  writeFileSync(join(folder, 'policies/none.ini'), '[policy]\nowner = us\n');
  node = begin(['up'], folder);
  const running = node;
  await Promise.race([
    until(
      async () => running.stderr(),
      (text) => text.includes('ready in'),
      60_000,
    ),
    running.finished.then(({ stderr }) => Promise.reject(new Error(stderr))),
  ]);
  gateway = (await status()).gateway ?? '';
}

async function status(): Promise<NodeStatus> {
  const { stdout } = await pzm(['status', '--format', 'json'], project.folder);
  return JSON.parse(stdout) as NodeStatus;
}

type Named = NonNullable<NodeStatus['bottleneck']>;

async function bottleneck(holds: (found: Named) => boolean): Promise<Named> {
  const found = await until(status, ({ bottleneck: now }) => Boolean(now && holds(now)), 60_000);
  return found.bottleneck as Named;
}

async function push(flow: string, id: string, body: string, query = '', key = id): Promise<Pushed> {
  const response = await fetch(`${gateway}/push/${flow}?id=${id}&key=anna.command.do.${key}${query}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body,
  });
  const answer = (await response.json()) as { code?: string };
  return { ...answer, id, status: response.status, retryAfter: response.headers.get('retry-after') };
}

/** Of each process, bytes that are its own: pages of the journal that it reads are not among them. */
async function memories(): Promise<Record<string, number>> {
  const { processes } = await status();
  return Object.fromEntries(
    processes.map(({ name, pid }) => {
      const [, kib] = /^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
      return [name, Number(kib) * 1024];
    }),
  );
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

import { afterAll, beforeAll, expect, test } from 'vitest';
import { begin, makeProject, processesOf, pzm, until } from './command.ts';

/* What came of a time is in the journal: neither a stop nor a crash of everything in it changes a number. */

let project: ReturnType<typeof makeProject>;

beforeAll(() => {
  project = makeProject({
    'flows/own.ini': '[Straight]\n?Straight?Push\nSubject?Straight@PUBLISH?passed\n??done\n',
    'policies/none.ini': '[policy]\nowner = us\n',
  });
});
afterAll(async () => {
  await pzm(['down'], project.folder);
  project.remove();
});

test('an hour with a stop and a crash in it adds up, stage by stage', { timeout: 300_000 }, async () => {
  const first = await start();
  await push('one', 'two');
  await pzm(['down'], project.folder);
  await first.finished;

  const second = await start();
  await push('three');
  const pids = (await processesOf(project.folder)).map(({ pid }) => pid);
  // Children end by themselves when the supervisor is gone; some may have by now.
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {}
  }
  await second.finished;

  const third = await start();
  await push('four');
  const { code, audit } = await until(
    () => auditSince('1h'),
    ({ audit: { delivery } }) => delivery[0]?.waiting === 0,
    60_000,
  );
  expect(code).toBe(0);
  expect(audit).toMatchObject({
    gap: 'journal-made',
    tasks: { waitingBefore: 0, accepted: 4, completed: 4, deadLettered: 0, pending: 0, parked: 0 },
    lost: 0,
  });
  // Four pushes, and that the policy was applied.
  expect(audit.committed).toBe(5);
  expect(audit.delivery).toMatchObject([{ name: 'terminal', committed: 5, delivered: 5, lost: 0 }]);
  await pzm(['down'], project.folder);
  await third.finished;

  const text = await pzm(['audit', '--since', '1h'], project.folder);
  expect([text.code, text.stdout]).toEqual([0, expect.stringMatching(/^lost +0$/m)]);
  expect(text.stdout).toContain('the journal was made then');
  expect(await pzm(['audit', '--since', 'soon'], project.folder)).toMatchObject({ code: 2 });
});

interface Shown {
  readonly committed: number;
  readonly delivery: readonly { readonly waiting: number }[];
}

async function auditSince(since: string): Promise<{ code: number | null; audit: Shown }> {
  const { code, stdout } = await pzm(['audit', '--since', since, '--format', 'json'], project.folder);
  return { code, audit: JSON.parse(stdout) as Shown };
}

async function start() {
  const node = begin(['up'], project.folder);
  await until(
    async () => node.stderr(),
    (text) => text.includes('ready in'),
    90_000,
  );
  return node;
}

async function push(...ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const { code, stderr } = await pzm(['push', 'Straight', '{}', '--id', id], project.folder);
    if (code !== 0) throw new Error(stderr);
  }
}

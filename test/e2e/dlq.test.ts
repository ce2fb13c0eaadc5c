import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCursorStore } from '../../src/journal/lmdb/cursor-store.ts';
import { begin, makeProject, pzm, type Running, until } from './command.ts';

/** A sink that set the first two events aside, and is not in the settings any more. */
async function leaveSink(folder: string): Promise<void> {
  const store = openCursorStore(join(folder, '.polar', 'bridge'));
  const row = (sequence: number) => {
    return { sequence, reason: 'broker.unroutable: no queue took it', time: 0, attempts: 1 };
  };
  store.save('old', { settled: 2, quarantined: [row(1), row(2)], redelivered: [], returned: [] });
  await store.close();
}

describe('what could not be delivered', { timeout: 120_000 }, () => {
  const { folder, remove } = makeProject({
    'policies/files.ini': '[file:here]\npath = /\nevery = 1h\n',
    'flows/fails.ini': '[Fails]\n?Fails?Push\nSubject?Fails?fail\n??done\n',
    'actionmappings/fails.ini': '[actionmapping]\nSubject?Fails?fail = Gateway.admit\n',
  });
  let up: Running;
  const json = async (...args: string[]) => {
    const { stdout } = await pzm([...args, '--format', 'json'], folder);
    return JSON.parse(stdout) as unknown;
  };
  const list = () => json('dlq', 'list') as Promise<{ name: string; [key: string]: unknown }[]>;

  beforeAll(async () => {
    await leaveSink(folder);
    up = begin(['up', '--format', 'jsonl'], folder);
    await until(
      async () => up.stdout().split('\n').length,
      (lines) => lines > 2,
      60_000,
    );
  }, 90_000);
  afterAll(async () => {
    await pzm(['down'], folder);
    await up.finished;
    remove();
  }, 60_000);

  test('is listed with its reason, and so are tasks that failed', async () => {
    expect(await pzm(['push', 'Fails', '7', '--id', 'seven'], folder)).toMatchObject({ code: 1 });
    const all = await list();
    expect(all).toMatchObject([
      {
        name: expect.stringMatching(/^[0-9a-f]{8}-1$/),
        kind: 'event',
        sink: 'old',
        state: 'quarantined',
        sequence: 1,
        type: 'polar.policy.applied',
        reason: 'broker.unroutable: no queue took it',
        attempts: 1,
      },
      { kind: 'event', sequence: 2 },
      { name: expect.stringMatching(/^dead-\d+$/), kind: 'task', id: 'seven', flow: 'Fails' },
    ]);
    expect(await json('dlq', 'show', all[0]!.name)).toMatchObject({
      kind: 'event',
      event: { id: all[0]!.name },
      setAside: [{ sink: 'old' }],
    });
    expect(await json('dlq', 'show', 'seven')).toMatchObject({ kind: 'task', name: all[2]!.name, body: 7 });
    const text = await pzm(['dlq', 'list'], folder);
    expect(text.stdout).toContain('broker.unroutable: no queue took it');
  });

  test('is named by the status, with the command that drops it', async () => {
    expect(await pzm(['status', 'bridge'], folder)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('pzm bridge drop old'),
    });
  });

  test('is sent again or given up by an order that says who and why, and is an event', async () => {
    expect(await pzm(['dlq', 'retry', '1'], folder)).toMatchObject({
      code: 0,
      stdout: 'old: 1 event to be sent again · order 1\n',
    });
    expect(await list()).toMatchObject([{ state: 'redriving' }, { state: 'quarantined' }, { kind: 'task' }]);
    expect(await pzm(['dlq', 'drop', '2'], folder)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--reason'),
    });
    expect(await json('dlq', 'drop', '2', '--reason', 'a test')).toEqual([
      { name: '2', sink: 'old', outcome: { affected: 1 } },
    ]);
    expect(await list()).toMatchObject([{ sequence: 1 }, { kind: 'task' }]);
    const ordered = await until(
      async () =>
        up
          .stdout()
          .split('\n')
          .filter((line) => line.includes('polar.delivery.')),
      (lines) => lines.length === 2,
    );
    expect(ordered.map((line) => JSON.parse(line))).toMatchObject([
      { type: 'polar.delivery.retried', data: { order: 1, sink: 'old', sequences: [1], reason: null } },
      { type: 'polar.delivery.dropped', data: { order: 2, by: expect.any(String), reason: 'a test' } },
    ]);
  });

  test('goes with its sink, when that is dropped; one that runs is not', async () => {
    expect(await pzm(['bridge', 'drop', 'terminal', '--reason', 'r'], folder)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('not dropped: the sink runs'),
    });
    expect(await pzm(['bridge', 'drop', 'olt', '--reason', 'r'], folder)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Did you mean "old"?'),
    });
    expect(await pzm(['bridge', 'drop', 'old', '--reason', 'moved'], folder)).toMatchObject({ code: 0 });
    expect(await list()).toMatchObject([{ kind: 'task' }]);
    expect(await json('audit')).toMatchObject({ delivery: [{ name: 'terminal', quarantined: 0 }] });
  });

  test('that is not there is refused, whatever is asked', async () => {
    for (const args of [['show', '999'], ['retry', '999'], ['retry'], ['show', 'dead-999']]) {
      expect(await pzm(['dlq', ...args], folder)).toMatchObject({ code: 2 });
    }
  });
});

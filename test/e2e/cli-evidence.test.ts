import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createObservable } from '../../src/observable/observable.ts';
import { makeProject, pzm, shopPolicy, until } from './command.ts';

/* What a journal tells afterwards: one node lives through an outage, and everything is asked of what it left. */

const observable = createObservable();
let project: ReturnType<typeof makeProject>;
let folder: string;

const json = async (...args: string[]) => {
  const { stdout, stderr } = await pzm([...args, '--format', 'json'], folder);
  expect(stderr).not.toContain('error:');
  return JSON.parse(stdout);
};

/** Sequences: 1 the policy, 2 first, 3 violated, 4 recovered. */
beforeAll(async () => {
  const url = await observable.listen(0);
  project = makeProject({ 'policies/shop.ini': shopPolicy(url).replace('200ms', '1h') });
  folder = project.folder;
  expect(await pzm(['up', '-d'], folder)).toMatchObject({ code: 0 });
  const seen = (count: number) =>
    until(
      () => json('journal', 'info'),
      ({ lastSequence }) => lastSequence >= count,
    );
  await pzm(['observe', 'shop'], folder);
  await seen(2);
  observable.turn('down');
  await pzm(['observe', 'shop'], folder);
  await seen(3);
  observable.turn('up');
  await pzm(['observe', 'shop'], folder);
  await seen(4);
}, 120_000);

afterAll(async () => {
  await pzm(['down'], folder);
  await observable.close();
  project.remove();
});

describe('state --at', () => {
  test('tells how it was, by the events up to there', async () => {
    for (const [at, code, state] of [
      ['1', 0, 'unseen'],
      ['2', 0, 'ok'],
      ['3', 1, 'violated'],
      ['4', 0, 'ok'],
    ] as const) {
      const { stdout, ...ended } = await pzm(['state', '--at', at, '--format', 'json'], folder);
      expect(ended).toMatchObject({ code, stderr: expect.stringContaining(`as of seq ${at},`) });
      expect(JSON.parse(stdout)).toMatchObject([{ name: 'http:shop', state }]);
    }
  });

  test('takes the time of a record, and a time before all of them', async () => {
    const [, violated] = await json('history', 'http:shop');
    expect(await pzm(['state', '--at', violated.time], folder)).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^http:shop {2}violated .*by seq 3 .*status 503, expected 200/),
    });
    expect(await pzm(['state', '--at', '2001-01-01T00:00:00Z'], folder)).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringContaining('no record by then'),
    });
  });

  test('takes nothing else', async () => {
    expect(await pzm(['state', '--at', 'noon'], folder)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('RFC 3339'),
    });
    expect(await pzm(['state', 'nope', '--at', '3'], folder)).toMatchObject({ code: 2 });
  });
});

describe('history', () => {
  test('has the events of a target, oldest first', async () => {
    const events = await json('history', 'shop');
    expect(events.map(({ type }: { type: string }) => type.split('.').at(-1))).toEqual([
      'first',
      'violated',
      'recovered',
    ]);
    expect(events[1]).toMatchObject({
      name: 'http:shop',
      sequence: 3,
      verdict: { state: 'violated' },
      changed: ['status'],
      policyRevision: expect.stringMatching(/^[0-9a-f]{6}$/),
    });
  });

  test('has the newest only, one a line', async () => {
    const { code, stdout } = await pzm(['history', 'http:shop', '--last', '2', '--format', 'jsonl'], folder);
    expect(code).toBe(0);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).sequence),
    ).toEqual([3, 4]);
  });

  test('of an unknown target asks whether another one was meant', async () => {
    expect(await pzm(['history', 'http:shp'], folder)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Did you mean "http:shop"?'),
    });
  });
});

describe('why', () => {
  test('an event: its task, its run, its flow, its commit, and where the policy says it', async () => {
    const [, violated] = await json('history', 'shop');
    const story = await json('why', violated.id);
    expect(story).toMatchObject({
      name: violated.id,
      kind: 'event',
      event: { type: 'polar.observation.violated' },
      task: { source: 'pending', key: 'anna.event.http.shop', attempts: 1, due: null },
      flow: { name: 'ObserveTarget', action: 'changed' },
      commit: { first: 3, last: 3, head: violated.chainhead, time: violated.time },
      policy: { appliedBy: 1, place: { file: 'policies/shop.ini', line: 1 } },
      failures: [{ fact: 'status', actual: 503, place: { file: 'policies/shop.ini', line: 4 } }],
    });
    expect(story.flow.now.steps.filter(({ isThis }: { isThis: boolean }) => isThis)).toMatchObject([
      { text: 'StateManager?ObserveTarget@PUBLISH?changed' },
    ]);
    expect(story.run.steps.map(({ does, verdict }: Record<string, string>) => [does, verdict])).toEqual([
      ['Observer.observe', 'passed'],
      ['StateManager.reconcile', 'passed'],
      ['publishes on ObserveTarget/changed/', 'published'],
    ]);
    expect(story.unknown).toEqual([]);
    const { code, stdout } = await pzm(['why', '3'], folder);
    expect(code).toBe(0);
    for (const word of ['event', 'task', 'run', 'flow', 'commit', 'policy', 'expected', 'sink']) {
      expect(stdout).toMatch(new RegExp(`^${word} `, 'm'));
    }
    expect(stdout).toContain('expected  status 200, saw 503 · policies/shop.ini:4');
  });

  test('a push: what became of it, and the events that it led to', async () => {
    const { task } = await json('why', '3');
    expect(await json('why', task.id)).toMatchObject({
      name: task.id,
      kind: 'push',
      state: 'settled',
      outcome: 'completed',
      events: [{ name: expect.stringMatching(/-3$/) }],
    });
  });

  test('what is not in the journal is not made up', async () => {
    for (const id of ['99', 'deadbeef-3', 'order-7']) {
      expect(await pzm(['why', id], folder)).toMatchObject({
        code: 2,
        stdout: '',
        stderr: expect.stringContaining('seq 1–4'),
      });
    }
  });
});

describe('journal export', () => {
  const verify = (file: string, ...more: string[]) =>
    new Promise<{ code: number | null; stdout: string }>((resolve) => {
      const args = [join(folder, 'verify.mjs'), file, ...more];
      execFile(process.execPath, args, (error, stdout) => resolve({ code: error ? 1 : 0, stdout }));
    });

  beforeAll(() => {
    const page = readFileSync(new URL('../../docs/journal-export.md', import.meta.url), 'utf8');
    const [, script = ''] = /^```js\n(.*?)^```$/ms.exec(page) ?? [];
    expect(script).toContain('// verify.mjs');
    expect(script.match(/from '(?!node:)/)).toBeNull();
    writeFileSync(join(folder, 'verify.mjs'), script);
  });

  test('is verified by the script of its page alone, which finds every event', async () => {
    const file = join(folder, 'journal.jsonl');
    const { head } = await json('journal', 'info');
    expect(await pzm(['journal', 'export', '--out', file], folder)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^seq 1–4 in \d batches to .*journal\.jsonl · head \w{6}\n$/),
    });
    const { code, stdout } = await verify(file, head);
    expect({ code, last: stdout.trim().split('\n').at(-1) }).toEqual({
      code: 0,
      last: `holds up to seq 4, head ${head}`,
    });
    const [, violated] = await json('history', 'shop');
    const line = stdout.split('\n').find((text) => text.startsWith(`${violated.id} `)) ?? '';
    expect(line).toMatch(/ ObserveTarget\/changed\/ \{/);
    expect(JSON.parse(line.slice(line.indexOf('{')))).toMatchObject({
      type: violated.type,
      data: { facts: violated.facts },
    });
  });

  test('that was altered, cut short or is another journal does not verify', async () => {
    const { stdout } = await pzm(['journal', 'export'], folder);
    const lines = stdout.trim().split('\n');
    const altered = (change: (lines: string[]) => string[]) => {
      const file = join(folder, 'altered.jsonl');
      writeFileSync(file, change([...lines]).join('\n'));
      return verify(file);
    };
    const withPayload = (text: string) => {
      const batch = JSON.parse(text);
      const payload = Buffer.from(batch.payload, 'base64');
      payload[payload.length - 2]! ^= 1;
      return JSON.stringify({ ...batch, payload: payload.toString('base64') });
    };
    expect(await altered((all) => all)).toMatchObject({ code: 0 });
    expect(await altered((all) => all.with(1, withPayload(all[1]!)))).toMatchObject({ code: 1 });
    expect(await altered((all) => all.toSpliced(1, 1))).toMatchObject({ code: 1 });
    expect(await altered((all) => all.slice(0, -1))).toMatchObject({ code: 1 });
    writeFileSync(join(folder, 'whole.jsonl'), stdout);
    expect(await verify(join(folder, 'whole.jsonl'), 'f'.repeat(12))).toMatchObject({ code: 1 });
  });

  test('of a part begins and ends with whole batches', async () => {
    const { code, stdout } = await pzm(['journal', 'export', '--from', '2', '--to', '3'], folder);
    expect(code).toBe(0);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ kind: 'journal', node: 'anna', first: 2 });
    expect(lines.at(-1)).toMatchObject({ kind: 'end', last: 3, batches: 2 });
    writeFileSync(join(folder, 'part.jsonl'), stdout);
    expect(await verify(join(folder, 'part.jsonl'))).toMatchObject({ code: 0 });
  });

  test('overwrites nothing', async () => {
    const file = join(folder, 'mine');
    writeFileSync(file, 'mine');
    expect(await pzm(['journal', 'export', '--out', file], folder)).toMatchObject({
      code: 74,
      stderr: expect.stringContaining('is there already'),
    });
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });
});

describe('policy plan', () => {
  test('of the files in force says that nothing changes', async () => {
    expect(await pzm(['policy', 'plan'], folder)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^0 added, 0 changed, 0 retired, 1 unchanged · policy \w{6} is in force\n$/,
      ),
    });
  });

  test('of another folder says what would change, and of a broken one that it would be refused', async () => {
    const other = makeProject({
      'policies/shop.ini':
        '[http:shop]\nurl = http://127.0.0.1:9/\nevery = 10s\nexpect.status = 200\n[http:bank]\nurl = http://127.0.0.1:9/\nevery = 5s\n',
    });
    try {
      const plan = await json('policy', 'plan', other.folder);
      expect(plan).toMatchObject({
        added: [{ name: 'http:bank' }],
        changed: [{ name: 'http:shop' }],
        retired: [],
        unchanged: 0,
      });
      expect(plan.changed[0].settings).toContainEqual({ setting: 'every', before: '1h', after: '10s' });
      expect(plan.groups).toContainEqual({ name: '127.0.0.1:9', beforePerSecond: 0, afterPerSecond: 0.3 });
      const text = await pzm(['policy', 'plan', join(other.folder, 'policies')], folder);
      expect(text).toMatchObject({ code: 0, stdout: expect.stringContaining('+ http:bank  every 5s') });
      expect(text.stdout).toContain('127.0.0.1:9  0 → 0.3 requests per second');

      writeFileSync(join(other.folder, 'policies', 'shop.ini'), '[http:shop]\nurl = nonsense\n');
      expect(await pzm(['policy', 'plan', other.folder], folder)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('shop.ini:2:7: error policy.invalid-value'),
      });
      rmSync(join(other.folder, 'policies'), { recursive: true });
      expect(await pzm(['policy', 'plan', other.folder], folder)).toMatchObject({ code: 1 });
    } finally {
      other.remove();
    }
  });
});

describe('config', () => {
  test('says of each setting what holds and who says so, the flag above the environment above the file', async () => {
    const settings = await json('config');
    expect(settings).toContainEqual({
      name: 'node.name',
      value: 'anna',
      origin: { kind: 'file', line: 2, file: expect.stringMatching(/polar\.ini$/) },
    });
    const workers = async (args: string[], env = {}) => {
      const { stdout } = await pzm(['config', ...args], folder, env);
      return /^topology\.workers +(\S+) +(\S+)$/m.exec(stdout)?.slice(1);
    };
    expect(await workers([])).toEqual(['2', 'default']);
    expect(await workers([], { POLAR_WORKERS: '3' })).toEqual(['3', 'POLAR_WORKERS']);
    expect(await workers(['--workers', '4'], { POLAR_WORKERS: '3' })).toEqual(['4', '--workers']);
  });

  test('never shows a secret that was written where only its place belongs', async () => {
    const other = makeProject({
      'polar.ini': `[gateway]\nlisten = 127.0.0.1:0\ntoken = planted-secret\nhmac_key = \${env:POLAR_KEY}\n`,
    });
    try {
      const env = { POLAR_KEY: 'planted-secret' };
      for (const args of [['config'], ['config', '--format', 'json'], ['doctor'], ['check']]) {
        const { code, stdout, stderr } = await pzm(args, other.folder, env);
        expect({ args, code }).toEqual({ args, code: 1 });
        expect(stdout + stderr).not.toContain('planted-secret');
      }
    } finally {
      other.remove();
    }
  });
});

describe('doctor', () => {
  test('finds a running node and its journal well', async () => {
    const checks = await json('doctor');
    expect(checks.filter(({ state }: { state: string }) => state === 'error')).toEqual([]);
    expect(checks).toContainEqual(expect.objectContaining({ name: 'journal', state: 'ok' }));
    expect(checks).toContainEqual(
      expect.objectContaining({ name: 'lock', message: expect.stringContaining('a node runs: pid') }),
    );
  });

  test('looks at the machine alone where there is no project', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'pzm-dr-'));
    try {
      const { stdout } = await pzm(['doctor'], empty);
      expect(stdout).toMatch(/^ok +Node\.js/m);
      expect(stdout).toMatch(/^ok +project +none here/m);
      expect(await pzm(['doctor', '--config', join(empty, 'nope')], empty)).toMatchObject({ code: 2 });
    } finally {
      rmSync(empty, { recursive: true });
    }
  });

  test('names what is wrong with a project, each with what to do', async () => {
    const other = makeProject({ 'policies/shop.ini': '[http:shop]\nurl = nonsense\n' });
    try {
      mkdirSync(join(other.folder, '.polar', 'journal'), { recursive: true });
      writeFileSync(join(other.folder, '.polar', 'journal', 'data.mdb'), 'no database');
      writeFileSync(join(other.folder, '.polar', 'lock'), JSON.stringify({ pid: 2 ** 30, version: '0.0.1' }));
      const { code, stdout } = await pzm(['doctor'], other.folder);
      expect(code).toBe(1);
      expect(stdout).toMatch(/^error +files +1 problem in 2 files\n {2}→ .*pzm check$/m);
      expect(stdout).toMatch(/^error +journal .*is no database\.\n {2}→ /m);
      expect(stdout).toMatch(/^warning +lock +left by a node that is gone\n {2}→ /m);
    } finally {
      other.remove();
    }
  });
});

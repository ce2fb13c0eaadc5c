import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isEndOfFlow } from '../../../src/actors/component.ts';
import { Executable } from '../../../src/components/executable.ts';
import type { Logger } from '../../../src/telemetry/log.ts';
import { isAlive, until } from '../../e2e/command.ts';
import { aContext } from '../../unit/components/a-context.ts';

let folder: string;
let executable: Executable | undefined;
let logged: { event: string; [field: string]: unknown }[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'polar-exec-'));
  executable = undefined;
  logged = [];
});
afterEach(async () => {
  executable?.kill();
  await executable?.stop();
  rmSync(folder, { recursive: true });
});

/** Asks an executable that is this script. */
function open(script: string) {
  const file = join(folder, 'x');
  writeFileSync(file, script, { mode: 0o755 });
  const write = (fields: object) => logged.push(fields as (typeof logged)[number]);
  const log: Logger = { debug: write, info: write, warn: write, error: write };
  const opened = new Executable({ name: 'x', file }, { projectDir: folder, log });
  executable = opened;
  return (method: string, body: unknown = null, context = aContext()): Promise<unknown> =>
    Promise.resolve(opened.component[method]?.(body, context));
}

/** `answer(id, what)` and `on.method = (request) => …` in Node.js. */
const nodeScript = (methods: string) => `#!${process.execPath}
const fs = require('node:fs');
const answer = (id, what) => process.stdout.write(JSON.stringify({ id, ...what }) + '\\n');
const on = {};
${methods}
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const request = JSON.parse(line);
  on[request.method](request);
});
`;
const pidScript = `on.pid = ({ id }) => answer(id, { body: process.pid });`;
const eventsOf = (event: string) => logged.filter((line) => line.event === event);

describe('an executable that behaves', () => {
  test('is asked in Python, several requests at a time, answers in its own order', async () => {
    const ask = open(`#!/usr/bin/env python3
import json, sys
held = []
for line in sys.stdin:
    request = json.loads(line)
    held.append(request)
    if len(held) == 3:
        for one in reversed(held):
            print(json.dumps({"id": one["id"], "body": [one["method"], one["body"], one["task"]["key"]]}), flush=True)
`);
    const answers = await Promise.all([ask('a', 1), ask('b', { x: 'ä\n' }), ask('c')]);
    expect(answers).toEqual([
      ['a', 1, 'k'],
      ['b', { x: 'ä\n' }, 'k'],
      ['c', null, 'k'],
    ]);
    expect(eventsOf('executable.started')).toHaveLength(1);
  });

  test('is asked in sh, and stays for the next request', async () => {
    const ask = open(`#!/bin/sh
n=0
while read -r line; do n=$((n + 1)); echo "{\\"id\\":$n,\\"body\\":$$}"; done
`);
    expect(await ask('m')).toBe(await ask('m'));
  });

  test('may end the flow and send messages', async () => {
    const ask = open(
      nodeScript(`on.m = ({ id }) => answer(id, { end: 'over', emit: [{ flow: 'F', key: 'k', body: 1 }] });`),
    );
    const context = aContext();
    const returned = await ask('m', null, context);
    expect(isEndOfFlow(returned) && returned.ended).toBe('over');
    expect(context.emitted).toEqual([{ flow: 'F', key: 'k', body: 1 }]);
  });

  test('fails a task by a code', async () => {
    const ask = open(
      nodeScript(`on.m = ({ id }) => answer(id, { error: { code: 'body.not-data', message: 'no' } });`),
    );
    await expect(ask('m')).rejects.toMatchObject({ code: 'body.not-data', message: 'x: no' });
  });

  test('has what it says on its standard error in the log, within bounds', async () => {
    const ask = open(
      nodeScript(
        `on.m = ({ id }) => { process.stderr.write('x'.repeat(10000) + '\\nshort\\n'); answer(id, { body: 1 }); };`,
      ),
    );
    await ask('m');
    const said = await until(
      async () => eventsOf('executable.said').map((line) => line['said'] as string),
      (lines) => lines.length === 2,
    );
    expect(said.map((text) => text.length)).toEqual([4097, 5]);
  });

  test('ends when its input is closed', async () => {
    const ask = open(nodeScript(pidScript));
    const pid = (await ask('pid')) as number;
    await executable?.stop();
    expect(isAlive(pid)).toBe(false);
    expect(eventsOf('executable.ended')).toMatchObject([{ how: 'exit code 0' }]);
    await expect(ask('pid')).rejects.toMatchObject({ code: 'action.failed' });
  });
});

describe('an executable that fails', () => {
  test('is killed at the deadline, with its children, and what else it was asked is asked again', async () => {
    const ask = open(
      nodeScript(`
        // The first life answers nothing else than its pids.
        const isFirst = !fs.existsSync('seen');
        if (isFirst) fs.writeFileSync('seen', '');
        const child = isFirst ? require('node:child_process').spawn('sleep', ['600']).pid : 0;
        on.pids = ({ id }) => answer(id, { body: [process.pid, child] });
        on.work = ({ id }) => { if (!isFirst) answer(id, { body: 'done' }); };
      `),
    );
    const pids = (await ask('pids')) as [number, number];
    const abort = new AbortController();
    const late = ask('work', 'late', aContext(abort.signal));
    const innocent = ask('work', 'innocent');
    abort.abort();
    await expect(late).rejects.toMatchObject({ code: 'action.timeout' });
    expect(await innocent).toBe('done');
    await until(
      async () => pids.filter(isAlive),
      (alive) => alive.length === 0,
    );
    expect(eventsOf('executable.killed')).toHaveLength(1);
  });

  test('is not asked, and not killed, for a task that came too late', async () => {
    const ask = open(nodeScript(pidScript));
    const before = await ask('pid');
    const { task, ...context } = aContext();
    const late = ask('pid', null, { ...aContext(), ...context, task: { ...task, deadline: 1 } });
    await expect(late).rejects.toMatchObject({ code: 'action.timeout' });
    expect(await ask('pid')).toBe(before);
  });

  test('fails what it was asked when it crashes, and is there again for the next request', async () => {
    const ask = open(nodeScript(`${pidScript} on.crash = () => process.exit(3);`));
    const before = await ask('pid');
    await expect(ask('crash')).rejects.toMatchObject({
      code: 'action.failed',
      message: 'x: The executable ended (exit code 3).',
    });
    expect(await ask('pid')).not.toBe(before);
  });

  test('may say something else now and then: it is counted and ignored', async () => {
    const ask = open(
      nodeScript(
        `on.m = ({ id }) => { console.log('hello'); console.log('{"id":999,"body":1}'); answer(id, { body: 1 }); };`,
      ),
    );
    expect(await ask('m')).toBe(1);
    expect(await ask('m')).toBe(1);
    await executable?.stop();
    expect(eventsOf('executable.line-ignored')).toMatchObject([{ err: 'is no JSON' }]);
    expect(eventsOf('executable.ended')).toMatchObject([{ ignored: 4 }]);
  });

  test('may not say it without end', async () => {
    const ask = open('#!/bin/sh\nyes hello\n');
    await expect(ask('m')).rejects.toMatchObject({
      code: 'action.failed',
      message: expect.stringContaining('lines in a row'),
    });
    await until(
      async () => eventsOf('executable.ended'),
      (ends) => ends.length === 1,
    );
  });

  test('says a line of many megabytes, and nobody holds it', async () => {
    const ask = open(
      nodeScript(`on.m = ({ id }) => {
        const piece = 'x'.repeat(1 << 20);
        for (let n = 0; n < 256; n++) fs.writeSync(1, piece);
        fs.writeSync(1, '\\n');
        answer(id, { body: 'after' });
      };`),
    );
    const before = process.memoryUsage().rss;
    expect(await ask('m')).toBe('after');
    expect(process.memoryUsage().rss - before).toBeLessThan(128 * 2 ** 20);
  });

  test('that closes its standard output is killed, for it can answer no more', async () => {
    const ask = open('#!/bin/sh\nread -r line\nexec >&-\nsleep 600\n');
    await expect(ask('m')).rejects.toMatchObject({
      code: 'action.failed',
      message: 'x: The executable closed its output.',
    });
    const [end] = await until(
      async () => eventsOf('executable.ended'),
      (ends) => ends.length === 1,
    );
    expect(end).toMatchObject({ how: 'SIGKILL' });
  });

  test('cannot be started, and says why', async () => {
    const ask = open('#!/no/such/interpreter\n');
    await expect(ask('m')).rejects.toMatchObject({
      code: 'action.failed',
      message: expect.stringContaining('ENOENT'),
    });
    await expect(ask('m')).rejects.toMatchObject({ code: 'action.failed' });
  });

  test('that hears neither the end of its input nor SIGTERM is killed', async () => {
    const ask = open(
      `#!/bin/sh\ntrap '' TERM\nread -r line\necho "{\\"id\\":1,\\"body\\":$$}"\nwhile :; do sleep 1; done\n`,
    );
    const pid = (await ask('m')) as number;
    await executable?.stop();
    expect(isAlive(pid)).toBe(false);
    expect(eventsOf('executable.ended')).toMatchObject([{ how: 'SIGKILL' }]);
  });
});

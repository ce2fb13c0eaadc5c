import { mkdtempSync, readdirSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { begin, makeProject, pzm } from './command.ts';

const notes = '; notes\r\n[Note]\r\n?Note?Push\r\nSubject?Note?pass\r\n??done\r\n';

let project: ReturnType<typeof makeProject>;
let folder: string;
beforeEach(() => {
  project = makeProject({
    'flows/note.ini': notes,
    'actionmappings/own.ini': '; mine\n[actionmapping]\n??pass = Relay.pass\n',
  });
  folder = project.folder;
});
afterEach(() => project.remove());

const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const run = (...args: string[]) => pzm(args, folder);

describe('an edit', () => {
  test('is shown, written, and what it does not say stays', async () => {
    const { code, stdout, stderr } = await run('flow', 'step', 'add', 'Note', 'Relay?Note@PUBLISH?written');
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'flows/note.ini written · no node runs\n' });
    expect(stdout).toBe(
      '--- flows/note.ini\n+++ flows/note.ini\n@@ -2,4 +2,5 @@\n [Note]\n ?Note?Push\n Subject?Note?pass\n' +
        '+Relay?Note@PUBLISH?written\n ??done\n',
    );
    expect(read('flows/note.ini')).toBe(notes.replace('??done', 'Relay?Note@PUBLISH?written\r\n??done'));
  });

  test('is only shown with --dry-run', async () => {
    const { code, stdout, stderr } = await run('flow', 'remove', 'Note', '--dry-run');
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: 'nothing was written; without --dry-run it would be\n',
    });
    expect(stdout).toContain('-[Note]\n-?Note?Push\n');
    expect(read('flows/note.ini')).toBe(notes);
  });

  test('that would break what is sound is refused with the finding, and done with --force', async () => {
    const refused = await run('mapping', 'remove', '??pass');
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(
      /^error: actionmappings\/own\.ini was not written: it would have 1 new problem\.\nflows\/note\.ini:4:1: error flow\.unmapped-step .*\n {2}→ .*--force/,
    );
    expect(read('actionmappings/own.ini')).toContain('??pass = Relay.pass\n');
    expect(await run('mapping', 'remove', '??pass', '--force')).toMatchObject({ code: 0 });
    expect(read('actionmappings/own.ini')).toBe('; mine\n[actionmapping]\n');
    // What is broken already does not keep anybody from going on.
    expect(await run('flow', 'add', 'More')).toMatchObject({ code: 0 });
  });

  test("of the product's own flow is one of a copy that takes its place", async () => {
    const step = 'Relay?ObserveTarget@PUBLISH?seen';
    const { code, stderr } = await run('flow', 'step', 'add', 'ObserveTarget', step, '--after', '2');
    expect(code).toBe(0);
    expect(stderr).toContain(
      "ObserveTarget is the product's own: its copy in flows/observe.ini takes its place",
    );
    expect(read('flows/observe.ini')).toMatch(
      /^; One look.*\n.*\n\[ObserveTarget\]\n.*\n.*\?observe\nRelay\?.*\?seen\n/,
    );
    expect((await run('flow', 'list')).stdout).toMatch(/ObserveTarget +user +sound/);
    expect((await run('flow', 'remove', 'ObserveTarget')).stderr).toContain(
      "the product's own ObserveTarget is back",
    );
    expect((await run('flow', 'remove', 'ObserveTarget')).code).toBe(2);
  });

  test('called wrongly says what is wrong and what to do', async () => {
    for (const [args, what] of [
      [['flow', 'step', 'move', 'Note', '2'], /not said where.*\n {2}→ .*--before or --after/],
      [['flow', 'step', 'add', 'Note', 'a?b'], /is no step.*\n {2}→ Write it in quotes/],
      [['flow', 'step', 'add', 'Nota', 'a?b?c'], /no flow "Nota".*\n {2}→ Did you mean "Note"/],
      [['flow', 'step', 'add', 'Note', 'a?b?c', '--before', '1', '--after', '2'], /Both.*\n {2}→ Name one/],
      [['flow', 'add', 'Note'], /already, at flows\/note\.ini:2.*\n {2}→ Change it with/],
      [['flow', 'add', 'New', '--file', '../x'], /is no file of flows.*\n {2}→ Write its name alone/],
      [['flow', 'rename', 'Note', 'Admit'], /a flow "Admit" already.*\n {2}→ Choose another/],
      [['flow', 'rename', 'Admit', 'Mine'], /product's own.*\n {2}→ Its steps/],
      [
        ['mapping', 'add', '??pass', 'Gateway.admit'],
        /mapped to Relay\.pass already.*\n {2}→ Change it with/,
      ],
      [['mapping', 'add', '??x', 'Relay'], /is no target.*\n {2}→ Write Component\.method/],
      [['mapping', 'remove', '??pas'], /no action mapping "\?\?pas".*\n {2}→ Did you mean "\?\?pass"/],
    ] as const) {
      const { code, stderr } = await pzm(args, folder);
      expect({ args, code }).toEqual({ args, code: 2 });
      expect(stderr).toMatch(what);
    }
    expect(read('flows/note.ini')).toBe(notes);
  });

  test('is data with --format json', async () => {
    const { stdout } = await run(
      'mapping',
      'add',
      '??pass',
      'Gateway.admit',
      '--replace',
      '--format',
      'json',
    );
    expect(JSON.parse(stdout)).toMatchObject({
      file: expect.stringMatching(/actionmappings\/own\.ini$/),
      isWritten: true,
      inForce: 'no-node',
      diff: [
        '@@ -1,3 +1,3 @@',
        ' ; mine',
        ' [actionmapping]',
        '-??pass = Relay.pass',
        '+??pass = Gateway.admit',
      ],
      problems: [],
    });
  });
});

test('an edit under a running node is in force when the command ends', async () => {
  expect(await run('up', '-d')).toMatchObject({ code: 0 });
  try {
    expect((await run('push', 'Note', '{"n":1}')).stdout).toBe('settled completed\n');
    const added = await run('flow', 'step', 'add', 'Note', 'Relay?Note@PUBLISH?written');
    expect(added).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/written · in force after .* s\n$/),
    });
    expect((await run('push', 'Note', '{"n":2}')).stdout).toMatch(/^settled completed · seq \d+\n$/);
    expect((await run('flow', 'rename', 'Note', 'Memo')).code).toBe(0);
    expect((await run('push', 'Note', '{"n":3}')).code).toBe(2);
    expect((await run('push', 'Memo', '{"n":4}')).stdout).toMatch(/^settled completed · seq \d+\n$/);
  } finally {
    await run('down');
  }
});

test('of edits at the same time each is there whole, or refused', async () => {
  const keys = Array.from({ length: 6 }, (_, index) => `??way${index}`);
  const ended = await Promise.all(keys.map((key) => run('mapping', 'add', key, 'Relay.pass')));
  const won = keys.filter((_, index) => ended[index]?.code === 0);
  expect(won.length).toBeGreaterThan(0);
  for (const { code, stderr } of ended.filter((one) => one.code !== 0)) {
    expect({ code, stderr }).toMatchObject({
      code: 69,
      stderr: expect.stringMatching(/was not written: .*\n {2}→ Nothing/),
    });
  }
  const [first, ...added] = read('actionmappings/own.ini').split(/(?<=Relay\.pass\n)/);
  expect(first).toBe('; mine\n[actionmapping]\n??pass = Relay.pass\n');
  expect(added.sort()).toEqual(won.map((key) => `${key} = Relay.pass\n`).sort());
  expect(readdirSync(join(folder, 'actionmappings'))).toEqual(['own.ini']);
});

test('an edit that is killed leaves the old file or the new one, whole', async () => {
  // Long enough that it is not written at once.
  const before = `${notes}${'; so it goes on and on, in a comment of many lines\r\n'.repeat(40_000)}`;
  const after = before.replace('??done', 'Relay?Note?pass\r\n??done');
  for (let round = 0; round < 6; round++) {
    writeFileSync(join(folder, 'flows/note.ini'), before);
    const edit = begin(['flow', 'step', 'add', 'Note', 'Relay?Note?pass'], folder);
    // At the first, second, … sign of its writing: its lock, the new file, and so on.
    let signs = 0;
    const watching = watch(join(folder, 'flows'), () => {
      if (signs++ >= round) edit.process.kill('SIGKILL');
    });
    await edit.finished;
    watching.close();
    const text = read('flows/note.ini');
    expect(text === before || text === after).toBe(true);
  }
  expect(await run('flow', 'rename', 'Note', 'Memo')).toMatchObject({ code: 0 });
  expect(readdirSync(join(folder, 'flows'))).toEqual(['note.ini']);
});

test('a look that is saved goes the same way: shown first, never over another', async () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'pzm-look-'));
  try {
    const save = ['observe', 'file', elsewhere, '--save', 'place'];
    const dry = await run(...save, '--dry-run');
    expect(dry).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('unsaved  policies/place.ini [file:place]'),
    });
    expect(readdirSync(join(folder, 'policies'))).toEqual([]);
    expect(await run(...save)).toMatchObject({ code: 0 });
    expect(readdirSync(join(folder, 'policies'))).toEqual(['place.ini']);
    expect(await run(...save)).toMatchObject({ code: 2 });
  } finally {
    rmSync(elsewhere, { recursive: true });
  }
});

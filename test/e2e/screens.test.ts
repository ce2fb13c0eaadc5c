import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createObservable } from '../../src/observable/observable.ts';
import { makeProject, pzm, shopPolicy, until } from './command.ts';
import { matchScreen } from './screens/snapshots.ts';
import { hasTmux, startTmux, type Tmux } from './screens/tmux.ts';

const isMissing = !hasTmux();
if (isMissing) console.warn('tmux is missing: what people see on a terminal is NOT tested');

const observable = createObservable();
let isBusy = false;
let version = 1;
/** While it is busy, it says something new each time. */
const till: Server = createServer((_, response) => {
  if (isBusy) version++;
  response.end(JSON.stringify({ version }));
});
let shopUrl: string;
let tillUrl: string;
let project: ReturnType<typeof makeProject>;
let tmux: Tmux;

beforeAll(async () => {
  shopUrl = await observable.listen(0);
  await new Promise<void>((resolve) => till.listen(0, '127.0.0.1', resolve));
  tillUrl = `http://127.0.0.1:${(till.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await observable.close();
  await new Promise((resolve) => till.close(resolve));
});
beforeEach(() => {
  project = makeProject({
    'policies/shop.ini': shopPolicy(shopUrl),
    'policies/till.ini': `[http:till]\nurl = ${tillUrl}\nevery = 200ms\n`,
    'flows/note.ini': '; notes of the crew\n[Note]\n?Note?Push\nSubject?Note?pass\n??done\n',
    'actionmappings/own.ini': '[actionmapping]\n??pass = Relay.pass\n',
  });
  tmux = startTmux(project.folder);
  isBusy = false;
  observable.turn('up');
});
afterEach(async () => {
  tmux.close();
  await pzm(['down'], project.folder);
  project.remove();
});

const small = { columns: 80, rows: 24 };
const large = { columns: 200, rows: 50 };

describe.skipIf(isMissing).each([
  { name: '80x24', size: small, other: large },
  { name: '200x50', size: large, other: small },
])('a session on a terminal of $name', ({ name, size, other }) => {
  const shot = (what: string, ready: RegExp, more: { at?: string; isUnordered?: boolean } = {}) => {
    const { at = 'hand', isUnordered = false } = more;
    return matchScreen({ name: `${name}/${what}`, screen: () => tmux.screen(at), ready, isUnordered });
  };
  const run = (line: string) => tmux.type('hand', `clear; ${line}`, 'Enter');
  const backInShell = () =>
    until(
      async () => tmux.isPlain('hand') && /\$$/.test(tmux.screen('hand')),
      (isBack) => isBack,
    );

  test('looks as it is kept', { timeout: 600_000 }, async () => {
    tmux.open('node', size);
    tmux.type('node', 'clear; pzm up', 'Enter');
    await shot('up', /first .*\n.*first /, { at: 'node', isUnordered: true });

    tmux.open('hand', size);
    run('pzm logs --lines 6');
    await shot('logs', /ready[\s\S]*\$$/, { isUnordered: true });

    run('pzm top');
    isBusy = true;
    await shot('top', /ObserveTarget\/changed\/ +\d[\s\S]*q quit/);
    // Another size while it runs, and back: nothing of the other one is left.
    tmux.resize('hand', other);
    await until(
      async () => tmux.screen('hand').split('\n').length,
      (lines) => lines === other.rows,
    );
    tmux.resize('hand', size);
    await shot('top', /ObserveTarget\/changed\/ +\d[\s\S]*q quit/);
    tmux.type('hand', '?');
    await shot('top-help', /hold the picture/);
    tmux.type('hand', 'q');
    await backInShell();
    isBusy = false;

    run('pzm tap http:shop');
    await until(
      async () => tmux.screen('hand'),
      (screen) => screen.includes('Ctrl-C ends'),
      60_000,
    );
    observable.turn('down');
    await shot('tap', /VIOLATED/);
    tmux.type('hand', '', 'C-c');
    await backInShell();

    run('pzm state --watch');
    await until(
      async () => tmux.screen('hand'),
      (screen) => /http:shop +violated/.test(screen),
      60_000,
    );
    observable.turn('up');
    await shot('state-watch', /▸ http:shop +ok/);
    tmux.type('hand', 'q');
    await backInShell();

    run("pzm flow step add Note 'Relay?Note@PUBLISH?seen'");
    await shot('flow-step-add', /written · in force[\s\S]*\$$/);
    run("pzm flow step add Note 'Relay?Note@PUBLSH?heard'");
    await shot('error', /error: [\s\S]*\$$/);
    run('pzm down');
    await shot('down', /drained[\s\S]*\$$/);
    expect(tmux.isPlain('node')).toBe(true);
  });
});

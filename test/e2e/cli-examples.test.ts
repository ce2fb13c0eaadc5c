import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { CommandSpec, FamilySpec } from '../../src/cli/command.ts';
import { commandTable } from '../../src/cli/command-table.ts';
import { callGateway } from '../../src/cli/gateway-call.ts';
import { loadProject } from '../../src/config/project.ts';
import { openCursorStore } from '../../src/journal/lmdb/cursor-store.ts';
import { createObservable } from '../../src/observable/observable.ts';
import { neverAnswers, serve, type TestServer } from '../contract/observer/servers.ts';
import { pzm } from './command.ts';
import { type ExampleProject, makeExampleProject } from './example-project.ts';
import { withCommands } from './shell.ts';

/*
 * Every example of every command's help, and so of docs/cli.md, as it is typed into bash: first those that need no node,
 * then those that start and stop one, then the others beside one that runs.
 */

const examples = commandTable.flatMap(({ commands }) => commands.flatMap(linesOf));

function linesOf(spec: CommandSpec | FamilySpec): string[] {
  return 'commands' in spec ? spec.commands.flatMap(linesOf) : spec.examples.map(([line]) => line);
}

/** What is not run here, and why. */
const elsewhere: Readonly<Record<string, string>> = {
  'pzm up --demo --for 40s': 'the transcript of the README begins with it',
  'eval "$(pzm completion zsh)"': 'for another shell than bash',
  'pzm completion fish | source': 'for another shell than bash',
};

/** What may be found, beside nothing: the exit code is 1. */
const findings: Readonly<Record<string, string>> = {
  'pzm bridge check --broker amqp://localhost --broker-user guest': 'no broker listens',
  'pzm bridge check': 'no broker listens',
  "pzm mapping remove 'Subject?Note?pass'": 'a step needs it',
  'pzm doctor': 'the machine may be a poor one',
  'pzm doctor --format json': 'the machine may be a poor one',
  'pzm state': 'a busy machine may look late',
  "pzm state 'http:*' --format json": 'a busy machine may look late',
  'pzm state --at 10:04': 'a busy machine may look late',
};

/** Those that write what is there already begin without it. */
const begunWithout: Readonly<Record<string, string>> = {
  'pzm init --component scales': 'components/scales.js',
  "pzm flow add Note 'Subject?Note?pass' 'Relay?Note@PUBLISH?written'": 'flows/note.ini',
  "pzm mapping add 'Subject?Note?pass' Relay.pass": 'actionmappings/pass.ini',
};

const needsNoNode =
  /^pzm (init|observable|check|flow|mapping|policy list|observe (http|tls|file)|config|doctor|bridge check|completion) ?|completion bash/;
const startsOrStops = /^pzm (up|down)\b/;
/** They end by Ctrl-C. */
const goesOn =
  /^pzm (observable|up --(broker|format)|state --watch|tap(?!.*--(no-follow|count))|top --format|logs -f)/;

const observable = createObservable();
let tls: TestServer;
let project: ExampleProject;
let env: NodeJS.ProcessEnv;
/** What an example can but make up, and what is there in its place. */
const present: [word: string, instead: string][] = [['--port 8088', '--port 0']];

beforeAll(async () => {
  const url = await observable.listen(0);
  tls = await serve(neverAnswers, 'https');
  present.push(
    ['https://example.org/', `${url}/health`],
    ['example.org:443', new URL(tls.url).host],
    ['rabbit.example.com', '127.0.0.1:1'],
    ['amqp://localhost', 'amqp://127.0.0.1:1'],
  );
  project = makeExampleProject(url);
  env = {
    ...withCommands(project.folder, { 'make-order': `echo '{"id": 8}'` }),
    POLAR_BROKER_PASSWORD: 'guest',
  };
});

afterAll(async () => {
  await pzm(['down'], project.folder);
  project.remove();
  await Promise.all([observable.close(), tls.close()]);
});

test('what is said of an example here is said of one that there is', () => {
  const named = [elsewhere, findings, begunWithout].flatMap(Object.keys);
  expect(named.filter((line) => !examples.includes(line))).toEqual([]);
  expect(examples.length).toBeGreaterThan(80);
});

const here = examples.filter((line) => !Object.hasOwn(elsewhere, line));
const alone = here.filter((line) => needsNoNode.test(line));
const started = here.filter((line) => startsOrStops.test(line));
const beside = here.filter((line) => !needsNoNode.test(line) && !startsOrStops.test(line));

describe('without a node', () => {
  test.each(alone)('%s', async (line) => {
    project.restore(begunWithout[line]);
    const url = 'amqp://127.0.0.1:1';
    await passes(line, line === 'pzm bridge check' ? { POLAR_BROKER: url, POLAR_BROKER_USER: 'guest' } : {});
  });
});

describe('a node', () => {
  beforeAll(() => project.restore());

  // Two streams first, then in the background; what is stopped is started again, for what comes.
  const order = [/^pzm up --/, /^pzm up -d$/, /^pzm down/, /^pzm up -d --wait/];
  const place = (line: string) => order.findIndex((which) => which.test(line));
  test.each(started.toSorted((one, other) => place(one) - place(other)))('%s', async (line) => {
    if (line === 'pzm up -d') await setEventsAside();
    await passes(line);
  });
});

describe('beside a node', () => {
  beforeAll(async () => {
    for (const [id, ...push] of [
      ['order-7', 'Orders', '@order.json'],
      ['order-8', 'Orders', '{"id": 8}'],
      ['loan-7', 'Approval', '{}', '--no-wait'],
      ['failed', 'Fails', '{}'],
    ])
      await pzm(['push', ...push, '--id', id!], project.folder);
    const { id, head } = (await dataOf('journal', 'info')) as { id: string; head: string };
    const setAside = (await dataOf('dlq', 'list')) as { name: string; kind: string }[];
    const letter = setAside.find(({ kind }) => kind === 'task')?.name ?? 'none';
    present.push(['80994fe9', id], ['5c1de7', head], ['dead-12', letter]);
  });

  test.each(beside)('%s', async (line) => {
    if (/^pzm tap/.test(line)) live();
    await passes(line);
  });
});

/** Until the test ends, events of the shop and of orders, for who waits for one. */
function live(): void {
  const at = loadProject(project.folder);
  const beats = setInterval(() => {
    observable.turn(observable.shown.status === 'ok' ? 'down' : 'up');
    // One that is refused is followed by others.
    callGateway(at, '/push/Orders', { body: '{"id": 9}', waitMs: undefined }).catch(() => {});
  }, 500);
  onTestFinished(() => {
    clearInterval(beats);
    observable.turn('up');
  });
}

async function dataOf(...args: string[]): Promise<unknown> {
  return JSON.parse((await pzm([...args, '--format', 'json'], project.folder)).stdout);
}

/** As if a broker had not taken events of both sinks. */
async function setEventsAside(): Promise<void> {
  const store = openCursorStore(join(project.folder, '.polar', 'bridge'));
  const row = (sequence: number) => {
    return { sequence, reason: 'broker.unroutable: no queue took it', time: 0, attempts: 1 };
  };
  for (const sink of ['amqp', 'old-amqp'])
    store.save(sink, { settled: 3, quarantined: [row(2), row(7)], redelivered: [], returned: [] });
  await store.close();
}

async function passes(line: string, more: NodeJS.ProcessEnv = {}): Promise<void> {
  const typed = present.reduce((text, [word, instead]) => text.replaceAll(word, instead), line);
  // No test leaves this machine.
  expect(typed).not.toContain('example.');
  const isStream = goesOn.test(line);
  const codes = isStream ? [0, 130] : Object.hasOwn(findings, line) ? [0, 1] : [0];
  const { said, code } = await type(typed, isStream, { ...env, ...more });
  expect({ typed, said, code }).toEqual({ typed, said: expect.any(String), code: expect.toBeOneOf(codes) });
  // A stack, or an error that the shell was not told of.
  expect(said).not.toMatch(code === 1 ? /^ +at .*\(/m : /^error: |^ +at .*\(/m);
  if (isStream) expect(said).not.toBe('');
}

/** What goes on gets Ctrl-C after its first output. */
function type(
  line: string,
  isStream: boolean,
  shellEnv: NodeJS.ProcessEnv,
): Promise<{ readonly said: string; readonly code: number | null }> {
  const shell = spawn('bash', ['-c', isStream ? `exec ${line}` : `set -o pipefail; ${line}`], {
    cwd: project.folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: shellEnv,
  });
  onTestFinished(() => {
    shell.kill('SIGKILL');
  });
  let said = '';
  for (const stream of [shell.stdout, shell.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
  }
  if (isStream) shell.stdout.once('data', () => shell.kill('SIGINT'));
  return new Promise((resolve) => {
    // To a shell, who dies of Ctrl-C has ended with 130.
    shell.once('close', (code, signal) => resolve({ said, code: signal === 'SIGINT' ? 130 : code }));
  });
}

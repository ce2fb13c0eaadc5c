import { spawn } from 'node:child_process';
import { createReadStream, createWriteStream, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { begin, makeProject, processesOf, pzm, until } from './command.ts';
import { load } from './load.ts';
import { cli } from './shell.ts';

/* What `tap` is relied on for: nothing missing and nothing twice, whatever flows in, dies or stands still meanwhile. */

const files = {
  'flows/orders.ini': '[Orders]\n?Orders?Push\nSubject?Orders?keep\nRelay?Orders@PUBLISH?taken\n??done\n',
  'actionmappings/orders.ini': '[actionmapping]\nSubject?Orders?keep = Relay.pass\n',
};
const tasks = 40_000;

let project: ReturnType<typeof makeProject>;
let folder: string;

beforeAll(async () => {
  project = makeProject(files);
  folder = project.folder;
  expect(await pzm(['up', '-d'], folder)).toMatchObject({ code: 0 });
}, 60_000);

afterAll(async () => {
  await pzm(['down'], folder);
  project.remove();
});

const lastSequence = async () => {
  const { stdout } = await pzm(['journal', 'info', '--format', 'json'], folder);
  return (JSON.parse(stdout) as { lastSequence: number }).lastSequence;
};

/** A tap whose output goes to a file: this process has other things to do than to read it. */
function tapTo(name: string, args: readonly string[]) {
  const path = join(folder, name);
  const child = spawn(process.execPath, [cli, 'tap', '--format', 'json', ...args], { cwd: folder });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const written = pipeline(child.stdout, createWriteStream(path));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const count = async (): Promise<number> => {
    if (!existsSync(path)) return 0;
    let lines = 0;
    for await (const chunk of createReadStream(path)) {
      for (const byte of chunk as Buffer) if (byte === 0x0a) lines++;
    }
    return lines;
  };
  return {
    child,
    count,
    stderr: () => stderr,
    async end(): Promise<{ code: number | null; sequences: number[] }> {
      child.kill('SIGINT');
      const code = await ended;
      await written;
      const sequences: number[] = [];
      for await (const line of createInterface({ input: createReadStream(path) })) {
        sequences.push(Number((JSON.parse(line) as { sequence: string }).sequence));
      }
      return { code, sequences };
    },
  };
}

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

test('from the beginning on it shows what the journal has, each event once, while tasks flow in', {
  timeout: 240_000,
}, async () => {
  const early = load(folder, 'Orders', tasks);
  const tap = tapTo('seam.jsonl', ['--from', 'beginning']);
  await early;
  const last = await lastSequence();
  expect(last).toBeGreaterThan(tasks);
  await until(tap.count, (lines) => lines >= last, 120_000);
  const { code, sequences } = await tap.end();
  expect(code).toBe(130);
  expect(sequences).toEqual(upTo(last));
  expect(await pzm(['tap', '--from', 'beginning', '--no-follow', '--raw'], folder)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(new RegExp(`^(.*\\n){${last}}$`)),
  });
});

test('that was stopped for a while, or whose integration manager was killed, it misses nothing and says what was filled', {
  timeout: 240_000,
}, async () => {
  const first = (await lastSequence()) + 1;
  const tap = tapTo('stopped.jsonl', []);
  await until(
    async () => tap.stderr(),
    (said) => said.includes(`from seq ${first} on`),
    60_000,
  );
  await load(folder, 'Orders', 500);
  await until(tap.count, (lines) => lines >= 500, 60_000);
  tap.child.kill('SIGSTOP');
  await load(folder, 'Orders', 20_000);
  const { pid } = (await processesOf(folder)).find(({ role }) => role === 'integration-manager') ?? {};
  process.kill(pid as number, 'SIGKILL');
  await until(
    () => processesOf(folder),
    (all) => all.every(({ pid: other, state }) => other !== pid && state === 'ready'),
    60_000,
  );
  // Nobody has told the tap where the bell hangs now.
  await load(folder, 'Orders', 500);
  tap.child.kill('SIGCONT');
  await until(tap.count, (lines) => lines >= 21_000, 60_000);
  // The next ring tells it how many it has not heard of.
  const filled = () =>
    Array.from(tap.stderr().matchAll(/— (\d+) events? filled from the journal/g), ([, count]) =>
      Number(count),
    );
  await until(
    async () => {
      await pzm(['push', 'Orders', '{}'], folder);
      return filled();
    },
    (counts) => counts.length > 0,
    60_000,
  );
  expect(filled()[0]).toBeGreaterThanOrEqual(500);
  const last = await lastSequence();
  await until(tap.count, (lines) => lines > last - first, 60_000);
  const { sequences } = await tap.end();
  expect(sequences).toEqual(upTo(last).slice(first - 1));
});

test('waits for a node that stops, and goes on when it is back', { timeout: 120_000 }, async () => {
  const first = (await lastSequence()) + 1;
  const tap = begin(['tap', 'Orders/', '--summary', '--deltas'], folder);
  await until(
    async () => tap.stderr(),
    (said) => said.includes(`from seq ${first} on`),
    60_000,
  );
  expect(await pzm(['push', 'Orders', '{"part":"before"}'], folder)).toMatchObject({ code: 0 });
  expect(await pzm(['down'], folder)).toMatchObject({ code: 0 });
  await until(
    async () => tap.stderr(),
    (said) => said.includes('waiting for the node'),
    60_000,
  );
  expect(await pzm(['up', '-d'], folder)).toMatchObject({ code: 0 });
  expect(await pzm(['push', 'Orders', '{"part":"after"}'], folder)).toMatchObject({ code: 0 });
  await until(
    async () => tap.stdout(),
    (shown) => shown.includes('after'),
    60_000,
  );
  tap.process.kill('SIGINT');
  const { code, stdout, stderr } = await tap.finished;
  expect(code).toBe(130);
  expect(stderr.match(/waiting for the node/g)).toHaveLength(1);
  expect(stdout).toMatch(
    /^ +\+0 ms {2}[\d:]+ event +Orders +\{"part":"before"\}\n +\+[\d.]+ m?s {2}.*"after"\}\n2 events · /,
  );
});

test('ends in silence when nobody reads on, and its recording is whole', { timeout: 60_000 }, async () => {
  const line = `'${process.execPath}' '${cli}' tap --quiet --from beginning --record seen.jsonl | head -1; exit \${PIPESTATUS[0]}`;
  const shell = spawn('bash', ['-c', line], { cwd: folder });
  let [stdout, stderr] = ['', ''];
  shell.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  shell.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const code = await new Promise((resolve) => shell.once('close', resolve));
  expect({ code, stderr, lines: stdout.split('\n').length }).toEqual({ code: 0, stderr: '', lines: 2 });
  const recorded = readFileSync(join(folder, 'seen.jsonl'), 'utf8');
  expect(recorded.endsWith('\n')).toBe(true);
  expect(JSON.parse(recorded.slice(0, recorded.indexOf('\n')))).toMatchObject({
    kind: 'recording',
    node: 'anna',
    first: 1,
  });
});

test.each([
  [['--rate', '--raw'], /--rate counts events/],
  [['--no-events'], /nothing is left to show/],
  [['--no-follow'], /--from/],
  [['--raw', '--format', 'json'], /--raw writes bodies/],
  [['--where', 'data.x == 1'], /did you mean "="/],
  [['--record', 'polar.ini', '--from', 'beginning'], /polar\.ini is there already/],
])('called with %j, says what is wrong and what to do', { timeout: 30_000 }, async (args, message) => {
  const { code, stdout, stderr } = await pzm(['tap', ...args], folder);
  expect({ code, stdout }).toEqual({ code: args.includes('--record') ? 74 : 2, stdout: '' });
  expect(stderr).toMatch(message);
  expect(stderr).toMatch(/\n {2}→ .*\n$/);
});

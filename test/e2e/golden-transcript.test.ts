import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openShell, type Shell } from './shell.ts';

/*
 * The README's transcript, line by line, on the built command: what is typed there is typed here, and what it
 * shows must be printed. Only what cannot be the same twice is masked.
 */

interface Exchange {
  readonly command: string;
  readonly printed: readonly string[];
}

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
let folder: string;
let shell: Shell;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pzm-golden-'));
  shell = openShell(folder);
});

afterAll(async () => {
  await shell.run('pzm down --quiet; cd /');
  await shell.close();
  rmSync(folder, { recursive: true, force: true });
});

test('the transcript of the README comes true', { timeout: 240_000 }, async () => {
  const port = await freePort();
  const exchanges = transcriptOf(readme);
  expect(exchanges.length).toBeGreaterThan(9);
  for (const { command, printed } of exchanges) {
    await whenReadyFor(command);
    const typed = command
      .replaceAll('8088', String(port))
      .replace(/kill -9 \d+/, `kill -9 ${await workerPid(command)}`);
    const shown = await shell.run(typed);
    expect(masked(linesOf(shown)), `$ ${typed}\n${shown}`).toEqual(masked(printed));
  }
});

function transcriptOf(markdown: string): Exchange[] {
  const block = markdown.split('```console\n').find((text) => text.includes('up --demo --for')) ?? '';
  const exchanges: { command: string; printed: string[] }[] = [];
  for (const line of block.split('\n```')[0]!.split('\n')) {
    if (line.startsWith('$ ')) exchanges.push({ command: line.slice(2), printed: [] });
    else if (line !== '') exchanges.at(-1)?.printed.push(line);
  }
  return exchanges;
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.trimEnd().split('\n');
}

/** A person types slower than a first observation, or a restart, takes. */
async function whenReadyFor(command: string): Promise<void> {
  if (command === 'pzm state') await until('pzm state --format json', (text) => text.includes('"ok"'));
  if (command === 'pzm status worker-1') {
    const isBack = (text: string) => /"state": ?"ready"/.test(text) && /"restarts": ?1/.test(text);
    await until('pzm status worker-1 --format json', isBack);
  }
}

async function until(command: string, holds: (text: string) => boolean): Promise<void> {
  while (!holds(await shell.run(`${command} 2>/dev/null`)));
}

async function workerPid(command: string): Promise<number> {
  if (!command.startsWith('kill -9')) return 0;
  const status = JSON.parse(await shell.run('pzm status --format json')) as {
    processes: { name: string; pid: number }[];
  };
  return status.processes.find(({ name }) => name === 'worker-1')?.pid ?? 0;
}

/** Times, durations, counts of observations, pids, ports, revisions and the machine's name. */
function masked(lines: readonly string[]): string[] {
  const masks: [RegExp, string][] = [
    [/\d\d:\d\d:\d\d/g, '<time>'],
    [/\b\d+(\.\d+)? (ms|s|min)\b/g, '<duration>'],
    [/127\.0\.0\.1:\d+/g, '127.0.0.1:<port>'],
    [/node \S+ ·/, 'node <name> ·'],
    [/(policy|head|--against) [0-9a-f]{6}\b/g, '$1 <hash>'],
    [/\b\d+ observations/, '<n> observations'],
    [/pid \d+/, 'pid <pid>'],
    [/seq 1–\d+/, 'seq 1–<n>'],
    [/seen <duration> ago +/, 'seen <duration> ago  '],
  ];
  const plain = lines.map((line) =>
    masks.reduce((text, [pattern, mask]) => text.replace(pattern, mask), line),
  );
  // Which of two targets is seen first is nobody's promise.
  const firsts = plain.filter((line) => line.startsWith('<time> first ')).sort();
  return plain.map((line) => (line.startsWith('<time> first ') ? firsts.shift()! : line));
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

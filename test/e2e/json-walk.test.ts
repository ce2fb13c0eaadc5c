import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CommandSpec, FamilySpec } from '../../src/cli/command.ts';
import { commandTable } from '../../src/cli/command-table.ts';
import { createObservable } from '../../src/observable/observable.ts';
import { begin, type Finished, makeProject, pzm, shopPolicy } from './command.ts';

/* Every command of the table is asked for JSON, beside a node that runs and where there is no project. */

/** Where another word would say nothing. */
const sampleOf: Readonly<Record<string, string>> = {
  '<target>': 'http:shop',
  '<flow>': 'ObserveTarget',
  '<key>': 'Subject?ObserveTarget?observe',
};

const calls = commandTable.flatMap(({ commands }) => commands.flatMap((spec) => callsOf(spec, [])));
function callsOf(spec: CommandSpec | FamilySpec, before: readonly string[]): string[][] {
  if ('commands' in spec) return spec.commands.flatMap((member) => callsOf(member, [...before, spec.name]));
  const [word = '', ...args] = spec.usage.split(' ');
  const required = args.filter((arg) => arg.startsWith('<'));
  return [[...before, word, ...required.map((arg) => sampleOf[arg] ?? 'x')]];
}

const observable = createObservable();
let project: ReturnType<typeof makeProject>;
let nowhere: string;

beforeAll(async () => {
  const url = await observable.listen(0);
  project = makeProject({ 'policies/shop.ini': shopPolicy(url) });
  nowhere = mkdtempSync(join(tmpdir(), 'pzm-nowhere-'));
  expect(await pzm(['up', '-d', '--wait'], project.folder)).toMatchObject({ code: 0 });
});

afterAll(async () => {
  await pzm(['down'], project.folder);
  await observable.close();
  project.remove();
  rmSync(nowhere, { recursive: true, force: true });
});

/** What goes on is ended by Ctrl-C when it has said something, or has had the time for it. */
async function asked(call: readonly string[], folder: string): Promise<Finished> {
  const running = begin([...call, '--format', 'json'], folder, { NO_COLOR: '', FORCE_COLOR: '1' });
  const end = setTimeout(() => running.process.kill('SIGINT'), 8000);
  const finished = await running.finished;
  clearTimeout(end);
  return finished;
}

function documentsIn(stdout: string): unknown[] {
  try {
    return [JSON.parse(stdout)];
  } catch {
    return stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as unknown);
  }
}

/** Two at a time: what goes on only waits. */
async function all(folder: string): Promise<(Finished & { call: string })[]> {
  // What makes or ends what the others are asked beside comes last.
  const isLast = ([word = '']: readonly string[]) => word === 'down' || word === 'init';
  const waiting = calls.filter((call) => !isLast(call));
  const ended: (Finished & { call: string })[] = [];
  const work = async () => {
    for (let call = waiting.shift(); call; call = waiting.shift())
      ended.push({ call: call.join(' '), ...(await asked(call, folder)) });
  };
  await Promise.all([work(), work()]);
  for (const call of calls.filter(isLast))
    ended.push({ call: call.join(' '), ...(await asked(call, folder)) });
  return ended;
}

function problemsOf({ call, code, signal, stdout, stderr }: Finished & { call: string }): string[] {
  const problems: string[] = [];
  if ((stdout + stderr).includes('\u001b')) problems.push('colour in a pipe');
  try {
    if (stdout !== '') documentsIn(stdout);
  } catch {
    problems.push(`no JSON: ${stdout.slice(0, 200)}`);
  }
  // Ctrl-C is no error of theirs.
  const isError = code !== 0 && code !== 130 && signal === null;
  // Findings are an answer; an error is told on stderr.
  if (isError && stdout === '' && !/^error: /m.test(stderr))
    problems.push(`exit ${code}, and no word: ${stderr}`);
  if (code === 70) problems.push(`a mistake of ours: ${stderr}`);
  return problems.map((problem) => `${call}: ${problem}`);
}

test('beside a node every answer is JSON, in one document or one a line', { timeout: 600_000 }, async () => {
  const ended = await all(project.folder);
  expect(ended.flatMap(problemsOf)).toEqual([]);
  const answered = ended.filter(({ stdout }) => stdout !== '');
  expect(answered.length).toBeGreaterThan(ended.length / 2);
});

test('without a project what needs one says so, and the rest answers in JSON', {
  timeout: 600_000,
}, async () => {
  const ended = await all(nowhere);
  expect(ended.flatMap(problemsOf)).toEqual([]);
  const missing = ended.filter(({ stderr }) => stderr.includes('There is no polar.ini'));
  expect(missing.every(({ code, stdout }) => code === 2 && stdout === '')).toBe(true);
  expect(missing.length).toBeGreaterThan(10);
});

import { spawnSync } from 'node:child_process';
import { copyFileSync, readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { request } from '../../src/topology/control-client.ts';
import { gatewayPath } from '../../src/topology/endpoints.ts';
import type { Bench } from './bench.ts';
import type { Disk } from './disk.ts';
import { createSet, mixed } from './known-set.ts';
import { balance, type Ledger } from './ledger.ts';
import { type Pushing, startPushing } from './pushing.ts';
import { becomeQuiet, observationsMade } from './quiet.ts';
import { until } from './until.ts';

/* What the machine does to a node, with a known set of tasks under way. Each resolves with the ledger afterwards. */

/** The disk that holds the journal is full until the first push is refused for it, and has room again. */
export function fillDisk(bench: Bench, disk: Disk): Promise<Ledger> {
  return during(bench, 'full', async () => {
    disk.fill();
    await until('a push to be refused', async () => {
      const body = JSON.stringify({ id: 'filler', kind: 'count', padding: 'x'.repeat(8192) });
      const path = `/push/Count?id=${crypto.randomUUID()}&key=anna.command.push.filler`;
      const answer = await request(gatewayPath(bench.project.runDir), 'POST', path, body, 20_000).catch(
        () => undefined,
      );
      return answer?.status === 503 && (answer.body as { code: string }).code === 'journal.full'
        ? true
        : undefined;
    });
    disk.makeRoom();
  });
}

/** A node on a disk that cannot be written says so and does not start; when it can, all is as it was. */
export async function forbidWriting(bench: Bench, disk: Disk): Promise<Ledger> {
  const { node } = bench;
  let said: { readonly code: number | null; readonly text: string } | undefined;
  const ledger = await during(bench, 'read-only', async () => {
    await node.killAll();
    disk.setWritable(false);
    node.begin();
    said = { code: await node.ended(), text: node.stderr() };
    disk.setWritable(true);
    await node.start();
  });
  const isClear = said?.code === 74 && /cannot be written/.test(said.text);
  return isClear ? ledger : withProblem(ledger, `up ended with ${said?.code} and said ${said?.text}`);
}

/** The process can open nothing any more, not even a connection, and later can again. */
export function takeDescriptors(bench: Bench, name: string): Promise<Ledger> {
  const { node } = bench;
  return during(bench, `descriptors-${name}`, async (pushing) => {
    const pid = name === 'supervisor' ? node.supervisorPid : await node.pidOf(name);
    const used = readdirSync(`/proc/${pid}/fd`).length;
    limitDescriptors(pid, used);
    const before = pushing.accepted.size;
    // As long as pushes get through, or for a while: who is in their way keeps them waiting.
    await Promise.race([
      until('some more to be accepted', () => pushing.accepted.size > before + 8 || undefined),
      new Promise((resolve) => setTimeout(resolve, 3000)),
    ]);
    if (isRunning(pid)) limitDescriptors(pid, 4096);
  });
}

/** All clocks of the node jump, under load; a start comes after it. */
export async function shiftClocks(bench: Bench, byMs: number): Promise<Ledger> {
  const { node, account } = bench;
  await node.start();
  const madeBefore = await observationsMade(account);
  const ledger = await during(bench, `clock${byMs}`, async () => {
    const processes = await node.processes();
    for (const { name } of processes) await node.command(name, { fault: 'shift-clock', byMs });
    await node.killAll();
    await node.start({ POLAR_FAULTS_SHIFT_MS: String(byMs) });
  });
  const made = await observationsMade(account);
  return made > madeBefore ? ledger : withProblem(ledger, 'nothing was observed any more');
}

/** The file that is left after half of it is gone is refused, and not made a journal of; put back, it is what it was. */
export async function cutJournal(bench: Bench): Promise<Ledger> {
  const { node, project } = bench;
  const file = join(project.dataDir, 'journal', 'data.mdb');
  let said: { readonly code: number | null; readonly text: string } | undefined;
  const ledger = await during(bench, 'cut', async () => {
    await node.killAll();
    copyFileSync(file, `${file}.whole`);
    truncateSync(file, Math.floor(statSync(file).size / 2));
    node.begin();
    said = { code: await node.ended(), text: node.stderr() };
    copyFileSync(`${file}.whole`, file);
    await node.start();
  });
  return said?.code === 74 && said.text.includes('journal')
    ? ledger
    : withProblem(ledger, `up ended with ${said?.code} and said ${said?.text}`);
}

/** A laptop is closed and opened again: nobody was away, so nobody is restarted. */
export async function suspend(bench: Bench): Promise<Ledger> {
  const { node } = bench;
  await node.start();
  const before = (await node.processes()).map(({ pid }) => pid);
  const ledger = await during(bench, 'suspended', async () => {
    node.signalGroup('SIGSTOP');
    // Longer than an unanswered process lives.
    await new Promise((resolve) => setTimeout(resolve, 7000));
    node.signalGroup('SIGCONT');
  });
  const after = (await node.processes()).map(({ pid }) => pid);
  return String(before) === String(after) ? ledger : withProblem(ledger, 'processes were restarted');
}

/** Pushes a set, lets it happen when a third of it is accepted, and adds up when nothing is under way any more. */
async function during(
  bench: Bench,
  name: string,
  happen: (pushing: Pushing) => Promise<void>,
): Promise<Ledger> {
  const { node, project, account, arrivals } = bench;
  await node.start();
  const pushing = startPushing(project, createSet({ name, lanes: 6, kinds: mixed, restMs: 150 }));
  await until('enough to be accepted', () => pushing.accepted.size >= pushing.total() / 3 || undefined);
  await happen(pushing);
  await becomeQuiet(bench, pushing);
  return balance(pushing, account, arrivals, false);
}

function withProblem(ledger: Ledger, problem: string): Ledger {
  return { ...ledger, problems: [...ledger.problems, problem] };
}

function limitDescriptors(pid: number, most: number): void {
  const { status, stderr } = spawnSync('prlimit', ['--pid', String(pid), `--nofile=${most}:`]);
  if (status !== 0) throw new Error(`prlimit: ${stderr}`);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { logsDir, type Project } from '../config/project.ts';
import { humanDuration } from '../model/duration.ts';
import { messageOf, PolarError } from '../model/errors.ts';
import { findNode, request } from '../topology/control-client.ts';
import type { NodeStatus } from '../topology/node.ts';
import { brokerArguments } from './broker-flags.ts';
import type { Call } from './command.ts';
import { exitCodes, pathFrom } from './failure.ts';
import type { Tell } from './progress.ts';
import { backgroundTwin, type UpFlags } from './up-flags.ts';
import { missingUntilReady } from './wait-ready.ts';

const readyWithinMs = 60_000;
/** Looking at the journal is no matter of milliseconds. */
const lookAtTargetsEveryMs = 200;
const lookEveryMs = 25;

/** Starts `up` as a process of its own, and returns when all of it is ready, or with what kept it from that. */
export async function startInBackground(call: Call, project: Project, flags: UpFlags): Promise<number> {
  const { exitCode, said } = await call.output.during('starting', (tell) =>
    startAndWait(call, project, flags, tell),
  );
  if (said) process.stderr.write(said);
  return exitCode;
}

interface Started {
  readonly exitCode: number;
  /** By one that ended instead. */
  readonly said?: Buffer;
}

async function startAndWait(
  { output, options }: Call,
  project: Project,
  flags: UpFlags,
  tell: Tell,
): Promise<Started> {
  const { timeout = readyWithinMs, wait = false } = flags;
  const log = join(logsDir(project), 'up.log');
  const { child, logBegin } = spawnUp(project, log, flags, brokerArguments(options));
  const exited = new Promise<number>((resolve) => {
    child.once('exit', (code) => resolve(code ?? exitCodes.internal));
  });
  const until = performance.now() + timeout;
  let exitCode: number | undefined;
  let missing: readonly string[] = ['it is still starting'];
  void exited.then((code) => {
    exitCode = code;
  });
  while (exitCode === undefined && performance.now() < until) {
    const status = await statusOf(project, child.pid);
    const isStarted = status && isReady(status);
    if (isStarted && wait) missing = await missingUntilReady(project, status);
    if (isStarted && (!wait || missing.length === 0)) {
      child.unref();
      const took = performance.now();
      output.show({ readyMs: Math.round(took), ...status }, () => [
        `ready in ${humanDuration(took)} · ${status.processes.length} processes · stop with: pzm down`,
      ]);
      return { exitCode: exitCodes.ok };
    }
    if (isStarted) tell(`waiting: ${missing.join(', ')}`);
    const lookAgainMs = isStarted ? lookAtTargetsEveryMs : lookEveryMs;
    await Promise.race([exited, new Promise((resolve) => setTimeout(resolve, lookAgainMs))]);
  }
  if (exitCode === undefined && wait) {
    child.unref();
    throw new PolarError(
      'node.unready',
      `Not ready within ${humanDuration(timeout)}: ${missing.join(', ')}.`,
      {
        hint: 'The node runs on: see pzm status and pzm state, or stop it with: pzm down',
      },
    );
  }
  if (exitCode === undefined) {
    throw new PolarError('node.start-failed', `Not ready within ${humanDuration(timeout)}.`, {
      hint: `See ${pathFrom(process.cwd(), log)}, and stop it with: pzm down`,
    });
  }
  // What it said is an error as this process would have shown it.
  return { exitCode, said: readFileSync(log).subarray(logBegin) };
}

function spawnUp(
  project: Project,
  log: string,
  flags: UpFlags,
  more: readonly string[],
): { child: ChildProcess; logBegin: number } {
  // What makes this process one that only waits.
  const { POLAR_DETACH: _, POLAR_WAIT: __, ...env } = process.env;
  const args = ['up', '--config', project.file, '--format', 'text', ...more];
  if (flags.workers !== undefined) args.push('--workers', String(flags.workers));
  if (flags.for !== undefined) args.push('--for', `${flags.for}ms`);
  const fd = openLog(project, log);
  try {
    const logBegin = statSync(log).size;
    const child = spawn(process.execPath, [fileURLToPath(new URL('./main.js', import.meta.url)), ...args], {
      cwd: project.root,
      detached: true,
      env: { ...env, [backgroundTwin]: '1' },
      stdio: ['ignore', fd, fd],
    });
    return { child, logBegin };
  } finally {
    closeSync(fd);
  }
}

function openLog(project: Project, log: string): number {
  try {
    mkdirSync(logsDir(project), { recursive: true, mode: 0o700 });
    return openSync(log, 'a', 0o600);
  } catch (cause) {
    throw new PolarError(
      'io.unwritable',
      `The data folder ${project.dataDir} cannot be written: ${messageOf(cause)}.`,
      {
        cause,
        hint: 'Give this user write permission, or set [journal] dir in polar.ini.',
      },
    );
  }
}

/** Of the node that this command has started: another one may run on the project. */
async function statusOf(project: Project, pid: number | undefined): Promise<NodeStatus | undefined> {
  const node = findNode(project);
  if (!node || node.pid !== pid) return undefined;
  try {
    const { status, body } = await request(node.controlSocket, 'GET', '/status', undefined, 1000);
    return status === 200 ? (body as NodeStatus) : undefined;
  } catch {
    // It holds the project's lock and does not listen yet.
    return undefined;
  }
}

function isReady({ processes }: NodeStatus): boolean {
  return processes.every(({ state }) => state === 'ready');
}

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { request } from '../../src/topology/control-client.ts';
import { controlPath } from '../../src/topology/endpoints.ts';
import type { NodeStatus } from '../../src/topology/node.ts';
import { isAlive } from '../e2e/command.ts';
import { cli } from '../e2e/shell.ts';
import type { FaultProject } from './project.ts';
import { until } from './until.ts';

export type ProcessLine = NodeStatus['processes'][number];

export interface NodeOptions {
  /** The command; the one that was built unless given. */
  readonly command?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const preload = fileURLToPath(new URL('preload/on-command.mjs', import.meta.url));

/** The real processes on a project: started, looked at, told to fail, and started again. */
export class NodeUnderTest {
  readonly project: FaultProject;
  readonly #options: NodeOptions;
  #process: ChildProcess | undefined;
  #ended: Promise<number | null> = Promise.resolve(null);
  #stderr = '';
  #begun = 0;
  /** Every pid that was ever seen: after the end none of them may be left. */
  readonly #pids = new Set<number>();

  constructor(project: FaultProject, options: NodeOptions = {}) {
    this.project = project;
    this.#options = options;
  }

  /** Starts `up` and returns at once. */
  begin(env: Readonly<Record<string, string>> = {}): void {
    const { folder, faultsDir } = this.project;
    const { command = cli } = this.#options;
    const events = openSync(join(folder, 'events.jsonl'), 'a');
    this.#stderr = '';
    this.#begun++;
    const child = spawn(process.execPath, [command, 'up', '--format', 'jsonl'], {
      cwd: folder,
      // A process group of its own, which can be suspended as one.
      detached: true,
      stdio: ['ignore', events, 'pipe'],
      env: {
        ...process.env,
        // A heap that is soon exhausted, where a fault asks for it.
        NODE_OPTIONS: `--import=${preload} --max-old-space-size=160`,
        POLAR_FAULTS_DIR: faultsDir,
        ...this.#options.env,
        ...env,
      },
    });
    closeSync(events);
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-20_000);
    });
    this.#process = child;
    this.#ended = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
  }

  /** Resolves when every process is ready; starts the node as often as it has ended. */
  async start(env: Readonly<Record<string, string>> = {}): Promise<void> {
    if (!this.isUp()) await this.beginAnew(env);
    await this.ready(env);
  }

  /** Ready as a whole; a node that has given up meanwhile is started again, as a service manager would. */
  async ready(env: Readonly<Record<string, string>> = {}): Promise<readonly ProcessLine[]> {
    let last: readonly ProcessLine[] = [];
    const missing = () => {
      const states = last.map(({ name, state, restarts }) => `${name} ${state} ${restarts}`).join(', ');
      return `a ready node, begun ${this.#begun} times: ${states}; it said ${this.#stderr.slice(-2000)}`;
    };
    return until(missing, async () => {
      if (!this.isUp()) await this.beginAnew(env);
      const processes = await this.processes();
      last = processes;
      return processes.length > 1 && processes.every(({ state }) => state === 'ready')
        ? processes
        : undefined;
    });
  }

  /** For a node that has ended: starts `up` when nothing of it is left, and returns at once. */
  async beginAnew(env: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.gone();
    this.begin(env);
  }

  isUp(): boolean {
    const child = this.#process;
    return child !== undefined && child.exitCode === null && child.signalCode === null;
  }

  get supervisorPid(): number {
    return this.#process?.pid ?? 0;
  }

  stderr(): string {
    return this.#stderr;
  }

  /** Empty while nobody answers. */
  async processes(): Promise<readonly ProcessLine[]> {
    try {
      const { body } = await request(controlPath(this.project.runDir), 'GET', '/status', undefined, 2000);
      const { processes } = body as NodeStatus;
      for (const { pid } of processes) if (pid !== undefined) this.#pids.add(pid);
      return processes;
    } catch {
      return [];
    }
  }

  async pidOf(name: string): Promise<number> {
    return until(`the pid of ${name}`, async () => {
      return (await this.processes()).find((process) => process.name === name)?.pid;
    });
  }

  async signal(name: string, signal: NodeJS.Signals): Promise<void> {
    process.kill(name === 'supervisor' ? this.supervisorPid : await this.pidOf(name), signal);
  }

  /** Tells a process to fail; see preload/on-command.mjs. */
  async command(name: string, fault: Readonly<Record<string, unknown>>): Promise<void> {
    const pid = name === 'supervisor' ? this.supervisorPid : await this.pidOf(name);
    writeFileSync(join(this.project.faultsDir, String(pid)), JSON.stringify(fault));
    process.kill(pid, 'SIGUSR2');
  }

  signalGroup(signal: NodeJS.Signals): void {
    process.kill(-this.supervisorPid, signal);
  }

  /** Asks politely, and does not wait. */
  beginDown(): Promise<unknown> {
    return request(controlPath(this.project.runDir), 'POST', '/down', undefined, 120_000).catch(() => {});
  }

  async down(): Promise<number | null> {
    if (this.isUp()) await this.beginDown();
    return this.ended();
  }

  async ended(): Promise<number | null> {
    const code = await this.#ended;
    await this.gone();
    return code;
  }

  async killAll(): Promise<void> {
    await this.processes();
    for (const pid of [this.supervisorPid, ...this.#pids]) kill(pid);
    await this.ended();
  }

  /** None of the processes that were ever seen is left. */
  async gone(): Promise<void> {
    await until('the end of every process', () => {
      for (const pid of [...this.#pids]) if (!isAlive(pid)) this.#pids.delete(pid);
      return this.#pids.size === 0 ? true : undefined;
    });
  }
}

function kill(pid: number): void {
  try {
    if (pid > 0) process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

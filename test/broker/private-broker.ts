import { execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { BrokerAddress, Engine } from './broker.ts';
import { accepts, until } from './waiting.ts';

const run = promisify(execFile);

/** The folder of RabbitMQ's own scripts: those on Debian's path only run as its user. */
export function findServer(): string | undefined {
  const debian = '/usr/lib/rabbitmq/bin';
  if (existsSync(join(debian, 'rabbitmq-server'))) return debian;
  const { stdout } = spawnSync('sh', ['-c', 'command -v rabbitmq-server'], { encoding: 'utf8' });
  return stdout ? dirname(stdout.trim()) : undefined;
}

/** The processes are found by the files that hold their ids, so that any test worker can end and start them. */
export function engineOfProcess({ folder, handle: program }: BrokerAddress): Engine {
  const env = environmentIn(folder);
  const brokerFile = join(folder, 'broker.pid');
  const epmdFile = join(folder, 'epmd.pid');
  const signal = (name: NodeJS.Signals) => {
    const pid = pidIn(brokerFile);
    // The whole group: the server has helpers that outlive it for a moment.
    if (pid !== undefined && isAlive(pid)) process.kill(-pid, name);
  };
  const gone = async (file: string) => {
    const pid = pidIn(file);
    if (pid !== undefined) await until(`process ${pid} has ended`, async () => !isAlive(pid));
    rmSync(file, { force: true });
  };
  const kill = async () => {
    signal('SIGKILL');
    await gone(brokerFile);
  };
  return {
    async start() {
      await startEpmd(env, epmdFile, join(folder, 'logs', 'epmd'));
      launch(join(program, 'rabbitmq-server'), [], env, brokerFile, join(folder, 'logs', 'console'));
    },
    async stop() {
      const pid = pidIn(brokerFile);
      if (pid !== undefined && isAlive(pid)) process.kill(pid, 'SIGTERM');
      await gone(brokerFile);
    },
    kill,
    pause: async () => signal('SIGSTOP'),
    resume: async () => signal('SIGCONT'),
    async rabbitmqctl(args) {
      const { stdout } = await run(join(program, 'rabbitmqctl'), ['-q', ...args], { env, timeout: 120_000 });
      return stdout;
    },
    log: async () => readFileSync(join(folder, 'logs', 'console'), 'utf8'),
    async remove() {
      await kill();
      const epmd = pidIn(epmdFile);
      if (epmd !== undefined && isAlive(epmd)) process.kill(epmd, 'SIGKILL');
      await gone(epmdFile);
    },
  };
}

function environmentIn(folder: string): NodeJS.ProcessEnv {
  const own = JSON.parse(readFileSync(join(folder, 'env.json'), 'utf8')) as Record<string, string>;
  return {
    PATH: process.env['PATH'],
    ...own,
    HOME: join(folder, 'home'),
    RABBITMQ_MNESIA_BASE: join(folder, 'data'),
    RABBITMQ_LOG_BASE: join(folder, 'logs'),
    // Its script becomes the server then, instead of standing before it.
    RUNNING_UNDER_SYSTEMD: 'true',
  };
}

/** Erlang's port mapper, here and not by the server: a daemon that it starts would have nobody to end it. */
async function startEpmd(env: NodeJS.ProcessEnv, pidFile: string, log: string): Promise<void> {
  const port = Number(env['ERL_EPMD_PORT']);
  if (await accepts(port)) return;
  launch('epmd', ['-port', String(port), '-address', '127.0.0.1'], env, pidFile, log);
  await until('epmd accepts connections', () => accepts(port));
}

/** In a group of its own, and not tied to the process that started it: another may end it. */
function launch(command: string, args: string[], env: NodeJS.ProcessEnv, pidFile: string, log: string): void {
  const output = openSync(log, 'a');
  const child = spawn(command, args, { env, detached: true, stdio: ['ignore', output, output] });
  child.once('error', () => rmSync(pidFile, { force: true }));
  child.unref();
  if (child.pid !== undefined) writeFileSync(pidFile, String(child.pid));
}

function pidIn(file: string): number | undefined {
  return existsSync(file) ? Number(readFileSync(file, 'utf8')) : undefined;
}

/** One that has ended and whose parent has not asked yet does not count. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return process.platform !== 'linux';
  }
}

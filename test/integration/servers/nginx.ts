import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import type { Pair } from './certificates.ts';

export interface Site {
  /** Without one it speaks plain HTTP. */
  readonly pair?: Pair;
  /** Directives of its `server` block, e.g. `location / { return 200; }`. */
  readonly directives: string;
}

export interface Nginx {
  /** `127.0.0.1:40123`, by the site's name. */
  readonly hosts: ReadonlyMap<string, string>;
  close(): Promise<void>;
}

export function isNginxInstalled(): boolean {
  return spawnSync('nginx', ['-v']).error === undefined;
}

/** One process on ports of its own, with all of its files in the folder; returns when it accepts connections. */
export async function startNginx(
  folder: string,
  sites: Readonly<Record<string, Site>>,
  attempts = 3,
): Promise<Nginx> {
  const hosts = new Map<string, string>();
  for (const name of Object.keys(sites)) hosts.set(name, `127.0.0.1:${await freePort()}`);
  mkdirSync(join(folder, 'temp'), { recursive: true });
  const blocks = Object.entries(sites).map(([name, site]) => blockOf(hosts.get(name) as string, site));
  writeFileSync(join(folder, 'nginx.conf'), configurationOf(folder, blocks));
  const log = join(folder, 'error.log');
  // The system's own policy may have switched the old protocols off.
  const env = { ...process.env, OPENSSL_CONF: '/dev/null' };
  const child = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', log], {
    stdio: 'ignore',
    env,
  });
  const close = () => stop(child);
  for (const host of hosts.values()) {
    if (await accepts(host, child)) continue;
    await close();
    const said = readFileSync(log, 'utf8');
    // Between the choice of a port and its use somebody else may have taken it.
    if (said.includes('Address already in use') && attempts > 1)
      return startNginx(folder, sites, attempts - 1);
    throw new Error(`nginx did not start: ${said}`);
  }
  return { hosts, close };
}

function blockOf(host: string, { pair, directives }: Site): string {
  const tls = pair ? `ssl_certificate ${pair.cert};\nssl_certificate_key ${pair.key};\n` : '';
  return `server {\nlisten ${host}${pair ? ' ssl' : ''};\n${tls}${directives}\n}`;
}

function configurationOf(folder: string, blocks: readonly string[]): string {
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/temp/${name};`,
  );
  return `
    daemon off;
    master_process off;
    pid ${folder}/nginx.pid;
    events { worker_connections 128; }
    http {
      access_log off;
      ssl_protocols TLSv1.2 TLSv1.3;
      default_type text/plain;
      root ${folder}/root;
      ${temp.join('\n')}
      ${blocks.join('\n')}
    }
  `;
}

/** Until it accepts, or has ended. */
async function accepts(host: string, child: ChildProcess): Promise<boolean> {
  const { hostname, port } = new URL(`http://${host}`);
  while (child.exitCode === null && child.signalCode === null) {
    const socket = connect(Number(port), hostname);
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => setTimeout(resolve, 20, false));
    });
    socket.destroy();
    if (isOpen) return true;
  }
  return false;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

// A Docker engine that can run a container on this machine's network: the one that answers, or one started by hand.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { has, install, isRoot, runs, say } from './machine.mjs';

/** From what most machines need to what works without a bridge, without packet filters, and on any file system. */
const ways = [
  [],
  ['--storage-driver=vfs'],
  ['--bridge=none', '--iptables=false', '--ip6tables=false'],
  ['--bridge=none', '--iptables=false', '--ip6tables=false', '--storage-driver=vfs'],
];
const startWithinMs = 120_000;

/**
 * `prepare` gets an image into the engine; `proves` is asked whether a container of it runs. Gives what ends the engine, or
 * undefined with the reason said.
 */
export async function openEngine(prepare, proves) {
  if (answers()) {
    if (prepare() && proves()) return async () => {};
    say('the Docker engine that answers cannot run a container of the image');
    return undefined;
  }
  if (!isRoot) {
    say('no Docker engine answers, and only root may start one');
    return undefined;
  }
  if (!has('dockerd') && !install('docker.io')) {
    say('there is no Docker engine, and none could be installed');
    return undefined;
  }
  // Newer releases pack the client apart.
  if (!has('docker') && !install('docker-cli')) return undefined;
  mountGroups();
  for (const args of ways) {
    const stop = await start(args);
    if (!stop) continue;
    if (prepare() && proves()) return stop;
    say('it cannot run a container of the image');
    await stop();
  }
  return undefined;
}

export function answers() {
  return has('docker') && runs('docker', ['version'], { quiet: true });
}

/** A machine whose init does not mount control groups can run no container without them. */
function mountGroups() {
  if (/\scgroup2?\s/.test(readFileSync('/proc/mounts', 'utf8'))) return;
  if (has('cgroupfs-mount') || install('cgroupfs-mount')) runs('cgroupfs-mount', []);
}

/** Out of the terminal's process group: Ctrl-C must not end it before the tests have removed their containers. */
async function start(args) {
  say(`starting dockerd ${args.join(' ')}`);
  const folder = mkdtempSync(join(tmpdir(), 'polar-dockerd-'));
  const log = join(folder, 'log');
  const output = openSync(log, 'a');
  const child = spawn('dockerd', args, { detached: true, stdio: ['ignore', output, output] });
  let isOver = false;
  const over = new Promise((resolve) => {
    const end = () => {
      isOver = true;
      resolve();
    };
    child.once('exit', end);
    child.once('error', end);
  });
  const stop = async () => {
    if (!isOver) child.kill('SIGTERM');
    await over;
    rmSync(folder, { recursive: true, force: true });
  };
  const end = performance.now() + startWithinMs;
  while (!isOver && performance.now() < end) {
    if (spawnSync('docker', ['version'], { stdio: 'ignore' }).status === 0) return stop;
    await wait(200);
  }
  say(`dockerd did not start:\n${readFileSync(log, 'utf8').trimEnd().split('\n').slice(-8).join('\n')}`);
  await stop();
  return undefined;
}

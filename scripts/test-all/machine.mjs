// What this machine has, and how it gets what it lacks.
import { spawnSync } from 'node:child_process';

export const isRoot = process.getuid?.() === 0;

export function say(text) {
  console.log(`── ${text}`);
}

export function has(command) {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', command]).status === 0;
}

/** Whether the command ended well. What it says goes to the terminal, unless nobody needs to see it. */
export function runs(command, args, { quiet = false, env = {} } = {}) {
  const stdio = quiet ? 'ignore' : 'inherit';
  return spawnSync(command, args, { stdio, env: { ...process.env, ...env } }).status === 0;
}

export const mayInstall = isRoot && has('apt-get');

let isUpdated = false;

/** By apt, where that is given. At this runlevel no package starts a server of its own. */
export function install(...packages) {
  if (!mayInstall) return false;
  say(`installing ${packages.join(' ')}`);
  if (!isUpdated) isUpdated = runs('apt-get', ['update', '-qq']);
  return runs('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], {
    env: { RUNLEVEL: '1', DEBIAN_FRONTEND: 'noninteractive' },
  });
}

/** Throws, with advice, where the command is missing and cannot be had. */
export function need(command, packageName) {
  if (has(command) || (install(packageName) && has(command))) return;
  throw new Error(`The tests need ${command}. Install it, e.g.: apt-get install ${packageName}`);
}

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { messageOf } from '../model/errors.ts';
import { type Check, error, ok, warning } from './check.ts';

/** What a node needs of any machine. */
export async function checkMachine(now: number): Promise<Check[]> {
  return [
    checkNodeVersion(process.versions.node),
    await checkModule('zeromq', () => import('../transport/bell.ts')),
    await checkModule('lmdb', () => import('../journal/lmdb/reader.ts')),
    checkDescriptors(descriptorLimit()),
    checkClock(now, undefined),
  ];
}

export function checkNodeVersion(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isNewEnough = major > 20 || (major === 20 && minor >= 17);
  return isNewEnough
    ? ok('Node.js', version)
    : error('Node.js', `${version}, which is too old`, 'Install Node.js 20.17 or newer.');
}

/** Importing the one module that owns the package loads its native part. */
async function checkModule(name: string, load: () => Promise<unknown>): Promise<Check> {
  try {
    await load();
    return ok(name, 'loads');
  } catch (cause) {
    const fix = `Install the package again on this machine, with this Node.js: npm install polar-zmanager`;
    return error(name, `does not load: ${messageOf(cause).split('\n', 1)[0]}`, fix);
  }
}

const fewDescriptors = 256;
const enoughDescriptors = 1024;

/** `limit` is what one process may have open; undefined when it cannot be told. */
export function checkDescriptors(limit: number | undefined): Check {
  const name = 'open files';
  if (limit === undefined) return ok(name, 'the limit cannot be told');
  const text = limit === Number.POSITIVE_INFINITY ? 'no limit' : `up to ${limit} at a time`;
  if (limit >= enoughDescriptors) return ok(name, text);
  const fix = `Allow at least ${enoughDescriptors}: ulimit -n ${enoughDescriptors}, or LimitNOFILE of the service.`;
  return limit < fewDescriptors ? error(name, text, fix) : warning(name, text, fix);
}

function descriptorLimit(): number | undefined {
  try {
    const [, soft] = /^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return limitOf(soft);
  } catch {
    // No Linux.
  }
  try {
    return limitOf(execFileSync('/bin/sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim());
  } catch {
    return undefined;
  }
}

function limitOf(text: string | undefined): number | undefined {
  if (text === 'unlimited') return Number.POSITIVE_INFINITY;
  const limit = Number(text);
  return text !== undefined && Number.isFinite(limit) ? limit : undefined;
}

const firstSaneTime = Date.UTC(2025, 0, 1);

/** `lastCommit` is the journal's newest time, ms since the epoch; undefined when there is none. */
export function checkClock(now: number, lastCommit: number | undefined): Check {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const text = `${new Date(now).toISOString()} · time zone ${zone}`;
  const fix = 'Set the clock, e.g. by NTP: due times and the times of events go by it.';
  if (now < firstSaneTime) return error('clock', `${text}, which cannot be`, fix);
  if (lastCommit !== undefined && now < lastCommit) {
    const behind = Math.ceil((lastCommit - now) / 1000);
    return warning('clock', `${text}, ${behind} s before the newest record of the journal`, fix);
  }
  return ok('clock', text);
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { urlOf } from '../config/listen-address.ts';
import { journalDir, type Project } from '../config/project.ts';
import { hasCode, messageOf } from '../model/errors.ts';
import { requireGateway } from '../topology/gateway-check.ts';
import { findHolder } from '../topology/lock.ts';
import { type Check, error, ok, warning } from './check.ts';
import { checkClock } from './machine.ts';

/** Whether a node runs, and whether one could: the lock, the journal, and the gateway. */
export async function checkRunning(project: Project, version: string, now: number): Promise<Check[]> {
  const holder = findHolder(project.dataDir);
  return [
    checkLock(project.dataDir, holder, version),
    ...(await checkJournal(project, now)),
    ...(holder ? [] : await checkGateway(project)),
  ];
}

function checkLock(dataDir: string, holder: ReturnType<typeof findHolder>, version: string): Check {
  if (!holder) {
    return existsSync(join(dataDir, 'lock'))
      ? warning(
          'lock',
          'left by a node that is gone',
          'Nothing needs to be done: the next "pzm up" takes it over.',
        )
      : ok('lock', 'no node runs here');
  }
  if (holder.version === version) return ok('lock', `a node runs: pid ${holder.pid}, version ${version}`);
  return warning(
    'lock',
    `a node of version ${holder.version} runs, pid ${holder.pid}, and this is ${version}`,
    'Restart it with this version: pzm down, then pzm up -d',
  );
}

async function checkJournal(project: Project, now: number): Promise<Check[]> {
  try {
    const { openJournalReader } = await import('../journal/lmdb/reader.ts');
    const reader = openJournalReader(journalDir(project));
    try {
      const { id, nextSequence } = reader.info();
      const newest = reader.batchAt(nextSequence - 1)?.batch.time;
      const text = nextSequence === 1 ? 'no records yet' : `up to seq ${nextSequence - 1}`;
      const clock = checkClock(now, newest);
      // What the clock says by itself was said already.
      return [ok('journal', `${id}, ${text}`), ...(clock.state === 'warning' ? [clock] : [])];
    } finally {
      await reader.close();
    }
  } catch (cause) {
    if (hasCode(cause, 'journal.missing')) return [ok('journal', 'none yet: the first start makes it')];
    return [errorOf('journal', cause, 'See: pzm journal verify')];
  }
}

async function checkGateway({ settings: { gateway }, root }: Project): Promise<Check[]> {
  if (!gateway) return [];
  try {
    await requireGateway(gateway, root);
    return [ok('gateway', `${urlOf(gateway.listen)} is free, and its credentials are there`)];
  } catch (cause) {
    return [errorOf('gateway', cause, 'Correct [gateway] in polar.ini.')];
  }
}

function errorOf(name: string, cause: unknown, fix: string): Check {
  return error(name, messageOf(cause), (cause as { hint?: string }).hint ?? fix);
}

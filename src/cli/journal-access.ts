import { journalDir, type Project } from '../config/project.ts';
import type { JournalReader } from '../journal/journal.ts';
import { policyKeyOf, policyManagerName, taskManagerName } from '../model/actor-names.ts';
import type { PolicyStanding, Tasking } from '../model/tasking.ts';
import type { Output } from './output.ts';

/**
 * Opens the project's journal for as long as `use` takes. It can be read whether the node runs or not.
 * @throws journal.missing, journal.schema-newer
 */
export async function withJournal<T>(
  project: Pick<Project, 'dataDir'>,
  use: (reader: JournalReader) => T | Promise<T>,
): Promise<T> {
  const { openJournalReader } = await import('../journal/lmdb/reader.ts');
  const reader = openJournalReader(journalDir(project));
  try {
    return await use(reader);
  } finally {
    await reader.close();
  }
}

/** The journal then says what was true when the node stopped. */
export async function noteIfDown(project: Project, output: Output, text: string): Promise<boolean> {
  const { findHolder } = await import('../topology/lock.ts');
  const isDown = findHolder(project.dataDir) === undefined;
  if (isDown) output.note(text);
  return isDown;
}

/** What is observed now; undefined before the first policy was applied. */
export function taskingOf(reader: JournalReader, node: string): Tasking | undefined {
  return rowOf(reader, taskManagerName, policyKeyOf(node)) as Tasking | undefined;
}

export function standingOf(reader: JournalReader, node: string): PolicyStanding | undefined {
  return rowOf(reader, policyManagerName, policyKeyOf(node)) as PolicyStanding | undefined;
}

export function rowOf(reader: JournalReader, actor: string, key: string): unknown {
  const row = reader.stateRow(actor, key);
  return row && JSON.parse(row.value.toString());
}

import type { Project } from '../../config/project.ts';
import type { JournalReader } from '../../journal/journal.ts';
import { codeOf } from '../../model/errors.ts';
import { findNode, request } from '../../topology/control-client.ts';
import type { NodeStatus } from '../../topology/node.ts';
import { stepAside } from '../step-aside.ts';
import { sampleJournal } from './sample-journal.ts';
import { createTop, type Top, type TopModel } from './top-model.ts';

/** Looks at the node of a project, again and again; what costs is opened once. */
export interface NodeWatch {
  look(): Promise<TopModel>;
  /** Whether rates are known of all that runs. */
  isSettled(): boolean;
  close(): Promise<void>;
}

const answerWithinMs = 5000;

export function watchNode(project: Pick<Project, 'dataDir'>): NodeWatch {
  const top: Top = createTop();
  let journal: { readonly reader: JournalReader; readonly life: number } | undefined;
  let next: number | undefined;
  const forget = async () => {
    const { reader } = journal ?? {};
    journal = undefined;
    next = undefined;
    await reader?.close();
  };
  const readerOf = async ({ startedAt }: NodeStatus): Promise<JournalReader | undefined> => {
    // Another life of the node may have another journal.
    if (journal && journal.life !== startedAt) await forget();
    if (!journal) {
      const reader = await openReader(project);
      if (!reader) return undefined;
      journal = { reader, life: startedAt };
      // Not before: whoever opens the journal holds up commits for as long as that takes (ADR 20).
      stepAside();
    }
    return journal.reader;
  };
  return {
    async look() {
      const status = await statusOf(project);
      if (!status) {
        await forget();
        return top.away(Date.now());
      }
      const reader = await readerOf(status);
      if (!reader) return top.look(status, undefined, Date.now());
      const sample = sampleJournal(reader, next ?? reader.info().nextSequence);
      next = sample.next;
      return top.look(status, sample, Date.now());
    },
    isSettled: () => top.isSettled(),
    close: forget,
  };
}

/** Undefined while no node runs, or it starts or ends. */
async function statusOf(project: Pick<Project, 'dataDir'>): Promise<NodeStatus | undefined> {
  const node = findNode(project);
  if (!node) return undefined;
  try {
    const { status, body } = await request(node.controlSocket, 'GET', '/status', undefined, answerWithinMs);
    return status === 200 ? (body as NodeStatus) : undefined;
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return undefined;
  }
}

/** Undefined while there is none: the integration manager makes it as it starts. */
async function openReader({ dataDir }: Pick<Project, 'dataDir'>): Promise<JournalReader | undefined> {
  const { journalDir } = await import('../../config/project.ts');
  const { openJournalReader } = await import('../../journal/lmdb/reader.ts');
  try {
    return openJournalReader(journalDir({ dataDir }));
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return undefined;
  }
}

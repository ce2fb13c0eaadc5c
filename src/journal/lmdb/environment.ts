import { join } from 'node:path';
import { open, type RootDatabase } from 'lmdb';
import { PolarError } from '../../model/errors.ts';
import { checkDataFile } from './data-file.ts';
import { type Gate, openGate } from './gate.ts';

/*
 * Nobody opens an environment while somebody writes into it (ADR 20): who opens one puts the number of the newest
 * transaction that it found in the file into the memory that all processes share. Was another one committed in between,
 * that one is as good as never written: readers see what was before, and the next one is written over it.
 */

/** An environment of LMDB, with the gate in front of it. */
export interface Environment {
  readonly root: RootDatabase;
  /** One synchronous transaction; durable when it returns. */
  write<T>(action: () => T): T;
  close(): Promise<void>;
}

/** Opens it with its tables, in one go. @throws journal.corrupt, io.failed; what lmdb throws */
export function openEnvironment<T>(
  folder: string,
  { readOnly, maxDbs }: { readonly readOnly: boolean; readonly maxDbs: number },
  tablesOf: (root: RootDatabase) => T,
): T & { readonly environment: Environment } {
  checkDataFile(join(folder, 'data.mdb'), putBack);
  try {
    const gate = openGate(folder, readOnly);
    try {
      return gate.pass(() => {
        // With overlappingSync readers would see batches before they are durable (protocol.md, "Journal on LMDB").
        const root = open({ path: folder, readOnly, maxDbs, overlappingSync: false, noSubdir: false });
        return { ...tablesOf(root), environment: environmentOf(root, gate) };
      });
    } catch (error) {
      void gate.close();
      throw error;
    }
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== invalidLock) throw cause;
    throw new PolarError('io.failed', `Another process was just closing ${folder}.`, {
      cause,
      hint: 'Try again.',
    });
  }
}

const putBack = 'Put back the file that was there, or move the folder away to begin a new one.';
/** EINVAL: the last one to close an environment takes its locks apart, and who comes in that moment finds none. */
const invalidLock = 22;

function environmentOf(root: RootDatabase, gate: Gate): Environment {
  const close = async () => {
    await gate.pass(() => ({ closed: root.close() })).closed;
    await gate.close();
  };
  let closed: Promise<void> | undefined;
  return {
    root,
    write: (action) => gate.pass(() => root.transactionSync(action)),
    close() {
      closed ??= close();
      return closed;
    },
  };
}

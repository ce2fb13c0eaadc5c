import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { open, type RootDatabase } from 'lmdb';
import { PolarError } from '../../model/errors.ts';
import { checkDataFile } from './data-file.ts';
import { withRoom } from './full-disk.ts';

/** Why an event was set aside instead of delivered. */
export interface Quarantined {
  readonly sequence: number;
  readonly reason: string;
  readonly time: number;
}

/** The bridge's own environment: cursor and quarantine, moved in one transaction (R7). */
export interface CursorStore {
  /** The last sequence settled by the sink; 0 for none. */
  load(sink: string): number;
  /** Durable when it returns. @throws journal.full, when nothing was saved */
  save(sink: string, settled: number, quarantined: readonly Quarantined[]): void;
  quarantine(sink: string, most: number): Quarantined[];
  close(): Promise<void>;
}

/** Where a sink stands, and whether it set a certain event aside. */
export interface SinkPosition {
  readonly sink: string;
  /** The last sequence that it is done with. */
  readonly settled: number;
  readonly quarantined: Quarantined | undefined;
}

/** Of every sink that there ever was, for whoever only looks. @throws journal.corrupt */
export async function readSinkPositions(path: string, sequence: number): Promise<SinkPosition[]> {
  checkDataFile(path);
  if (!existsSync(join(path, 'data.mdb'))) return [];
  const root = open({ path, readOnly: true, overlappingSync: false, noSubdir: false, maxDbs: 4 });
  try {
    const { cursors, setAside } = tablesOf(root);
    return Array.from(cursors.getRange(), ({ key: sink, value: settled }) => {
      return { sink, settled, quarantined: setAside.get([sink, sequence]) };
    });
  } finally {
    await root.close();
  }
}

function tablesOf(root: RootDatabase) {
  return {
    cursors: root.openDB<number, string>('cursors', { encoding: 'msgpack' }),
    setAside: root.openDB<Quarantined, [string, number]>('quarantine', { encoding: 'msgpack' }),
  };
}

/** @throws io.unwritable, journal.corrupt */
export function openCursorStore(path: string): CursorStore {
  checkDataFile(path);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const root = open({ path, overlappingSync: false, noSubdir: false, maxDbs: 4 });
    const { cursors, setAside } = tablesOf(root);
    return {
      load: (sink) => cursors.get(sink) ?? 0,
      save(sink, settled, quarantined) {
        withRoom(path, () =>
          root.transactionSync(() => {
            cursors.put(sink, settled);
            for (const event of quarantined) setAside.put([sink, event.sequence], event);
          }),
        );
      },
      quarantine(sink, most) {
        const range = setAside.getRange({
          start: [sink, 0],
          end: [sink, Number.MAX_SAFE_INTEGER],
          limit: most,
        });
        return Array.from(range, ({ value }) => value);
      },
      close: () => root.close(),
    };
  } catch (cause) {
    throw new PolarError('io.unwritable', `The bridge's folder ${path} cannot be written.`, {
      cause,
      hint: 'Give this user write permission to it.',
    });
  }
}

import type { Database } from 'lmdb';
import type { Charge } from '../../model/charge.ts';
import type { DeadLetter, KeyRow, ParkedRow } from '../../model/run.ts';
import type { JournalRecord } from '../batch.ts';
import type { RowOutcome, Tally, Totals } from '../journal.ts';
import type { JournalSize, Removal } from '../retention.ts';
import { type Environment, openEnvironment } from './environment.ts';

export const schema = 2;

/** Written once, when the journal is made. */
export interface Identity {
  readonly schema: number;
  readonly id: string;
  readonly node: string;
  readonly created: number;
}

/** Moves with every commit. */
export interface Head {
  readonly nextSequence: number;
  readonly nextOrder: number;
  /** Missing before there was any. */
  readonly nextPart?: number;
  readonly hash: Buffer;
  readonly firstSequence: number;
  readonly previousOfFirst: Buffer;
  readonly totals: Totals;
  readonly removed?: Removal;
}

export interface DeadRow extends DeadLetter {
  readonly time: number;
}

/** What lies where (docs/architecture.md, "The journal"). Keys of rows are ordered, so ranges read in order. */
export interface Tables {
  readonly environment: Environment;
  readonly meta: Database<unknown, string>;
  readonly batches: Database<Buffer, number>;
  /** Of batches that are long (batch-rows.ts). A reader of a journal of schema 1 has no table. */
  readonly parts: Database<Buffer, number> | undefined;
  /** By the batch's first sequence. A reader of a journal that was last written before there was any has no table. */
  readonly evidence: Database<Buffer, number> | undefined;
  /** By the minute that it tells of; missing like `evidence`. */
  readonly tallies: Database<Tally, number> | undefined;
  /** Of batches that retention removed: what somebody may still ask for, by sequence; missing like `evidence`. */
  readonly keptRecords: Database<JournalRecord, number> | undefined;
  readonly keys: Database<KeyRow, string>;
  /** By routing key; few. A reader of a journal that was last written before there was any has no table. */
  readonly charges: Database<Charge[], string> | undefined;
  /** `[actor, key]` → f64 version, then JSON text. */
  readonly states: Database<Buffer, [string, string]>;
  readonly pending: Database<Buffer, number>;
  readonly ids: Database<RowOutcome, string>;
  /** `[time, id]` of settled rows, oldest first. */
  readonly settledIds: Database<true, [number, string]>;
  readonly dead: Database<DeadRow, number>;
  /** By correlation id. */
  readonly parked: Database<ParkedRow, string>;
  /** `[deadline, correlation id]`, earliest first. */
  readonly deadlines: Database<true, [number, string]>;
}

/** @throws journal.corrupt, io.failed; what lmdb throws */
export function openTables(path: string, readOnly: boolean): Tables {
  const rows = { encoding: 'msgpack' } as const;
  const bytes = { encoding: 'binary' } as const;
  return openEnvironment(path, { readOnly, maxDbs: 16 }, (root) => ({
    meta: root.openDB('meta', rows),
    batches: root.openDB('batches', bytes),
    parts: root.openDB('parts', bytes),
    evidence: root.openDB('evidence', bytes),
    tallies: root.openDB('tallies', rows),
    keptRecords: root.openDB('kept-records', rows),
    keys: root.openDB('keys', rows),
    charges: root.openDB('charges', rows),
    states: root.openDB('states', bytes),
    pending: root.openDB('pending', bytes),
    ids: root.openDB('ids', rows),
    settledIds: root.openDB('settled-ids', rows),
    dead: root.openDB('dead', rows),
    parked: root.openDB('parked', rows),
    deadlines: root.openDB('deadlines', rows),
  }));
}

/** Counted in pages that are in use: it asks the tables only, whatever they hold. */
export function sizeOf({ environment, ...tables }: Tables): JournalSize {
  const { root } = environment;
  const stats = (table: Pick<Database, 'getStats'>) => table.getStats() as Stats;
  const pagesOf = (table: Pick<Database, 'getStats'> | undefined) => {
    if (!table) return 0;
    const { treeBranchPageCount, treeLeafPageCount, overflowPages } = stats(table);
    return treeBranchPageCount + treeLeafPageCount + overflowPages;
  };
  const { pageSize, lastPageNumber } = stats(root);
  const pages = [root, ...Object.values(tables)].reduce((sum, table) => sum + pagesOf(table), 0);
  return { usedBytes: pages * pageSize, fileBytes: (lastPageNumber + 1) * pageSize };
}

/** What lmdb says and does not declare. */
interface Stats {
  readonly pageSize: number;
  readonly lastPageNumber: number;
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
}

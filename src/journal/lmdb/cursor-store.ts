import { mkdirSync } from 'node:fs';
import { codeOf, PolarError } from '../../model/errors.ts';
import {
  type BridgeTables,
  type OrderOutcome,
  openBridgeTables,
  type Quarantined,
  rangeOf,
} from './bridge-tables.ts';
import { withRoom } from './full-disk.ts';

/** What became of events in one turn, to be saved in one transaction. */
export interface Settlement {
  /** The last sequence of the prefix that is settled. */
  readonly settled: number;
  readonly quarantined: readonly Quarantined[];
  /** Sent again, and now delivered. */
  readonly redelivered: readonly number[];
  /** Sent again, and set aside again. */
  readonly returned: readonly Quarantined[];
}

/** The bridge's own environment: cursors and quarantine, moved in one transaction (R7). */
export interface CursorStore {
  /**
   * Everything here is about one journal: what is about another one is forgotten. Returns the names of the sinks
   * that had a cursor in that one.
   */
  adopt(journalId: string): string[];
  /** The last sequence settled by the sink; 0 for none. */
  load(sink: string): number;
  /** Durable when it returns. @throws journal.full, when nothing was saved; journal.stale-owner */
  save(sink: string, settlement: Settlement): Moved;
  /** Oldest first, behind a sequence. */
  quarantine(sink: string, most: number, after?: number): Quarantined[];
  /** What is to be sent again: oldest first, behind a sequence. */
  toRedrive(sink: string, most: number, after?: number): Quarantined[];
  counts(sink: string): { readonly quarantined: number; readonly redriving: number };
  /** Sinks that have a cursor. */
  sinks(): string[];
  /** Number of the last order that was carried out. */
  lastOrder(): number;
  /**
   * An order's effect and its number, in one transaction.
   * @throws journal.full, when nothing was done
   */
  carryOut(number: number, effect: (rows: OrderedRows) => OrderOutcome): void;
  /** Nothing of this sink is kept. */
  forget(sink: string): void;
  close(): Promise<void>;
}

/** Rows that a settlement took out of what is sent again; those that were dropped meanwhile are not among them. */
export interface Moved {
  readonly redelivered: number;
  readonly returned: number;
}

/** What an order can do, within its transaction. Each returns how many rows it moved. */
export interface OrderedRows {
  /** From quarantine to what is sent again; all of the sink when no sequences are named. */
  retry(sink: string, sequences: readonly number[] | undefined): number;
  /** Out of quarantine and out of what is sent again. */
  drop(sink: string, sequences: readonly number[] | undefined): number;
  /** Cursor, quarantine and all; false when there is no such sink. */
  forget(sink: string): boolean;
}

const outcomesKept = 256;

/**
 * Opened by the bridge only; each opening raises the epoch, and an owner that was replaced can write nothing more (R7).
 * @throws io.unwritable, io.failed, journal.corrupt, journal.full
 */
export function openCursorStore(path: string): CursorStore {
  let tables: BridgeTables;
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    tables = withRoom(path, () => openBridgeTables(path, false));
  } catch (cause) {
    if (codeOf(cause) !== undefined) throw cause;
    throw new PolarError('io.unwritable', `The bridge's folder ${path} cannot be written.`, {
      cause,
      hint: 'Give this user write permission to it.',
    });
  }
  const { environment, cursors, quarantine, redrive, outcomes, meta } = tables;
  const epoch = withRoom(path, () =>
    environment.write(() => {
      const next = ((meta.get('epoch') as number | undefined) ?? 0) + 1;
      meta.put('epoch', next);
      return next;
    }),
  );
  const inTransaction = <T>(action: () => T): T =>
    withRoom(path, () =>
      environment.write(() => {
        if (meta.get('epoch') === epoch) return action();
        throw new PolarError(
          'journal.stale-owner',
          "Another process has become the owner of the bridge's folder.",
        );
      }),
    );
  const rows = orderedRows(tables);
  return {
    adopt(journalId) {
      const before = meta.get('journal');
      if (before === journalId) return [];
      return inTransaction(() => {
        const sinks = Array.from(cursors.getKeys());
        // A folder that says of no journal whose it is was made before that was kept.
        if (before !== undefined) {
          for (const sink of sinks) rows.forget(sink);
          for (const number of Array.from(outcomes.getKeys())) outcomes.remove(number);
          meta.remove('orders');
        }
        meta.put('journal', journalId);
        return before === undefined ? [] : sinks;
      });
    },
    load: (sink) => cursors.get(sink) ?? 0,
    save(sink, { settled, quarantined, redelivered, returned }) {
      // Somebody may have dropped a row while it was under way.
      const take = (sequence: number) => {
        const exists = redrive.doesExist([sink, sequence]);
        if (exists) redrive.remove([sink, sequence]);
        return exists;
      };
      return inTransaction(() => {
        cursors.put(sink, settled);
        for (const row of quarantined) quarantine.put([sink, row.sequence], row);
        const back = returned.filter(({ sequence }) => take(sequence));
        for (const row of back) quarantine.put([sink, row.sequence], row);
        return { redelivered: redelivered.filter(take).length, returned: back.length };
      });
    },
    quarantine: (sink, most, after) => valuesOf(quarantine, sink, after, most),
    toRedrive: (sink, most, after) => valuesOf(redrive, sink, after, most),
    counts: (sink) => ({
      quarantined: quarantine.getKeysCount(rangeOf(sink)),
      redriving: redrive.getKeysCount(rangeOf(sink)),
    }),
    sinks: () => Array.from(cursors.getKeys()),
    lastOrder: () => (meta.get('orders') as number | undefined) ?? 0,
    carryOut(number, effect) {
      inTransaction(() => {
        outcomes.put(number, effect(rows));
        outcomes.remove(number - outcomesKept);
        meta.put('orders', number);
      });
    },
    forget(sink) {
      inTransaction(() => rows.forget(sink));
    },
    close: () => environment.close(),
  };
}

function orderedRows({ cursors, quarantine, redrive }: BridgeTables): OrderedRows {
  const named = (table: typeof quarantine, sink: string, sequences: readonly number[] | undefined) =>
    sequences
      ? sequences.filter((sequence) => table.doesExist([sink, sequence]))
      : Array.from(table.getKeys(rangeOf(sink)), ([, sequence]) => sequence);
  return {
    retry(sink, sequences) {
      const moved = named(quarantine, sink, sequences);
      for (const sequence of moved) {
        const row = quarantine.get([sink, sequence]);
        if (row) redrive.put([sink, sequence], row);
        quarantine.remove([sink, sequence]);
      }
      return moved.length;
    },
    drop(sink, sequences) {
      let dropped = 0;
      for (const table of [quarantine, redrive]) {
        const gone = named(table, sink, sequences);
        for (const sequence of gone) table.remove([sink, sequence]);
        dropped += gone.length;
      }
      return dropped;
    },
    forget(sink) {
      if (!cursors.doesExist(sink)) return false;
      for (const table of [quarantine, redrive]) {
        for (const sequence of named(table, sink, undefined)) table.remove([sink, sequence]);
      }
      cursors.remove(sink);
      return true;
    },
  };
}

function valuesOf(
  table: BridgeTables['quarantine'],
  sink: string,
  after: number | undefined,
  most: number,
): Quarantined[] {
  return Array.from(table.getRange({ ...rangeOf(sink, after), limit: most }), ({ value }) => value);
}

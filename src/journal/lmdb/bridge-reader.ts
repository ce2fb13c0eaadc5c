import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  type BridgeTables,
  type OrderOutcome,
  openBridgeTables,
  type Quarantined,
  rangeOf,
} from './bridge-tables.ts';

export interface SinkRows {
  readonly name: string;
  /** The last sequence that the sink is done with. */
  readonly cursor: number;
  readonly quarantined: number;
  /** To be sent again. */
  readonly redriving: number;
}

/** An event that was set aside. */
export interface SetAside extends Quarantined {
  readonly sink: string;
  /** `redriving`: somebody ordered it to be sent again, and it was not delivered yet. */
  readonly state: 'quarantined' | 'redriving';
}

/** The bridge's environment for whoever only looks, while the bridge runs or not. */
export interface BridgeReader {
  /** The rows that are counted are of events behind `after`. */
  sinks(after?: number): SinkRows[];
  /** How far each sink is, without counting anything. */
  cursors(): { readonly name: string; readonly cursor: number }[];
  /** Of one sink, behind a sequence, oldest first. */
  setAside(sink: string, most: number, after?: number): SetAside[];
  rowOf(sink: string, sequence: number): SetAside | undefined;
  /** Sequences that any sink has set aside, behind one, oldest first. */
  setAsideSequences(after: number, most: number): number[];
  /** Of the journal that all of this is about; undefined where that was not kept yet. */
  journalId(): string | undefined;
  lastOrder(): number;
  /** Undefined while the order waits, and long after it was carried out. */
  outcomeOf(order: number): OrderOutcome | undefined;
}

/** For as long as `use` takes. Before the first start of a bridge there is nothing. @throws journal.corrupt */
export async function withBridge<T>(path: string, use: (reader: BridgeReader) => T | Promise<T>): Promise<T> {
  if (!existsSync(join(path, 'data.mdb'))) return use(nothing);
  const tables = openBridgeTables(path, true);
  try {
    return await use(createBridgeReader(tables));
  } finally {
    await tables.environment.close();
  }
}

const nothing: BridgeReader = {
  sinks: () => [],
  cursors: () => [],
  setAside: () => [],
  rowOf: () => undefined,
  setAsideSequences: () => [],
  journalId: () => undefined,
  lastOrder: () => 0,
  outcomeOf: () => undefined,
};

// Whoever only looks cannot make the tables that a bridge of an older version never made: they are undefined.
export function createBridgeReader({ environment, ...tables }: BridgeTables): BridgeReader {
  const { cursors, quarantine, redrive, outcomes, meta } = tables as Partial<typeof tables>;
  const newest = () => environment.root.resetReadTxn();
  const tagged = [
    ['quarantined', quarantine],
    ['redriving', redrive],
  ] as const;
  return {
    sinks(after) {
      newest();
      return Array.from(cursors?.getRange() ?? [], ({ key: name, value: cursor }) => ({
        name,
        cursor,
        quarantined: quarantine?.getKeysCount(rangeOf(name, after)) ?? 0,
        redriving: redrive?.getKeysCount(rangeOf(name, after)) ?? 0,
      }));
    },
    cursors() {
      newest();
      return Array.from(cursors?.getRange() ?? [], ({ key: name, value: cursor }) => ({ name, cursor }));
    },
    setAside(sink, most, after) {
      newest();
      const range = { ...rangeOf(sink, after), limit: most };
      return tagged
        .flatMap(([state, table]) =>
          Array.from(table?.getRange(range) ?? [], ({ value }) => ({ ...value, sink, state })),
        )
        .sort((one, other) => one.sequence - other.sequence)
        .slice(0, most);
    },
    rowOf(sink, sequence) {
      newest();
      for (const [state, table] of tagged) {
        const row = table?.get([sink, sequence]);
        if (row) return { ...row, sink, state };
      }
      return undefined;
    },
    setAsideSequences(after, most) {
      newest();
      const sinks = Array.from(cursors?.getKeys() ?? []);
      const found = sinks.flatMap((sink) =>
        tagged.flatMap(([, table]) =>
          Array.from(
            table?.getKeys({ ...rangeOf(sink, after), limit: most }) ?? [],
            ([, sequence]) => sequence,
          ),
        ),
      );
      return [...new Set(found)].sort((one, other) => one - other).slice(0, most);
    },
    journalId() {
      newest();
      return meta?.get('journal') as string | undefined;
    },
    lastOrder() {
      newest();
      return (meta?.get('orders') as number | undefined) ?? 0;
    },
    outcomeOf(order) {
      newest();
      return outcomes?.get(order);
    },
  };
}

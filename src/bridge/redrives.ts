import type { Quarantined } from '../journal/lmdb/bridge-tables.ts';
import type { CursorStore } from '../journal/lmdb/cursor-store.ts';
import type { Ledger } from './ledger.ts';

/** The rows of a sink that are to be sent again, beside the stream. */
export interface Redrives {
  /** The next one that is not under way. */
  next(): Quarantined | undefined;
  /** Handed to the sink: returns how often that makes it. */
  begun(row: Quarantined): number;
  /** It has come to an end; the ledger says which. */
  ended(sequence: number): void;
  /** The link broke: all that was under way is to be sent again. */
  rewind(): void;
  /** The store was changed beside this. */
  reload(): void;
  /** Sequence → how often it was handed over. */
  readonly underWay: ReadonlyMap<number, number>;
}

const rowsAtOnce = 64;

export function createRedrives(store: CursorStore, sink: string, ledger: Ledger): Redrives {
  /** How often each was handed over by now, where its row does not say it yet. */
  const tries = new Map<number, number>();
  const underWay = new Map<number, number>();
  let rows: Quarantined[] = [];
  let after = 0;
  let isAtEnd = false;

  const startOver = () => {
    rows = [];
    after = 0;
    isAtEnd = false;
  };
  return {
    underWay,
    next() {
      for (;;) {
        const row = rows[0];
        if (row && !underWay.has(row.sequence) && !ledger.isUnsaved(row.sequence)) return row;
        if (row) {
          rows.shift();
          continue;
        }
        if (isAtEnd) return undefined;
        rows = store.toRedrive(sink, rowsAtOnce, after);
        after = rows.at(-1)?.sequence ?? after;
        isAtEnd = rows.length < rowsAtOnce;
      }
    },
    begun(row) {
      rows.shift();
      const attempt = (tries.get(row.sequence) ?? row.attempts) + 1;
      underWay.set(row.sequence, attempt);
      tries.set(row.sequence, attempt);
      return attempt;
    },
    ended(sequence) {
      underWay.delete(sequence);
      tries.delete(sequence);
    },
    rewind() {
      underWay.clear();
      startOver();
    },
    reload: startOver,
  };
}

import type { Quarantined } from '../journal/lmdb/bridge-tables.ts';
import type { CursorStore, Moved } from '../journal/lmdb/cursor-store.ts';
import { hasCode } from '../model/errors.ts';

/**
 * What is settled, on its way to the disk: everything of one turn is one transaction, and a steady stream makes four of
 * them a second. What is not saved when the process dies is delivered once more, with the same id.
 */
export interface Ledger {
  /** Rows in quarantine, on the disk and on their way there. */
  readonly quarantined: () => number;
  /** Rows to be sent again. */
  readonly redriving: () => number;
  /** The prefix that is settled ends here now. */
  moved(settled: number): void;
  /** Saved when the prefix has come to it: with a cursor before it, it would be sent once more. */
  setAside(row: Quarantined): void;
  /** What was set aside ahead of the prefix is to be sent again. */
  rewind(): void;
  redelivered(sequence: number): void;
  returned(row: Quarantined): void;
  /** Whether what became of a row that was sent again is still to be saved. */
  isUnsaved(sequence: number): boolean;
  /** So much waits for room on the disk that nothing more may come. */
  isFull(): boolean;
  /** Now rather than at the end of the turn. @throws whatever the store throws but journal.full, which is tried again */
  flush(): void;
  /** The store was changed beside this. */
  recount(): void;
  close(): void;
}

/** With a full disk. */
const saveAgainMs = 1000;
const mostUnsaved = 10_000;
/** Each save waits for the disk: with one for every turn, the bridge did little else under load. */
const betweenSavesMs = 250;

export function createLedger(options: {
  readonly store: CursorStore;
  readonly sink: string;
  readonly settled: number;
  readonly onFull: (error: unknown) => void;
}): Ledger {
  const { store, sink, onFull } = options;
  let { settled } = options;
  let counts = store.counts(sink);
  let ahead: Quarantined[] = [];
  let quarantined: Quarantined[] = [];
  let returned: Quarantined[] = [];
  const redelivered = new Set<number>();
  let isDirty = false;
  let turn: NodeJS.Immediate | undefined;
  let again: NodeJS.Timeout | undefined;
  let savedAt = Number.NEGATIVE_INFINITY;

  const touch = () => {
    isDirty = true;
    if (again || turn) return;
    const waitMs = savedAt + betweenSavesMs - performance.now();
    if (waitMs <= 0) turn = setImmediate(save);
    else again = setTimeout(save, waitMs);
  };
  const save = () => {
    clearImmediate(turn);
    clearTimeout(again);
    turn = again = undefined;
    if (!isDirty) return;
    savedAt = performance.now();
    let moved: Moved;
    try {
      moved = store.save(sink, { settled, quarantined, redelivered: [...redelivered], returned });
    } catch (error) {
      if (!hasCode(error, 'journal.full')) throw error;
      // What the cursor does not say yet would be delivered again after a crash, with the same id.
      onFull(error);
      again = setTimeout(save, saveAgainMs);
      return;
    }
    counts = {
      quarantined: counts.quarantined + quarantined.length + moved.returned,
      redriving: counts.redriving - moved.redelivered - moved.returned,
    };
    quarantined = [];
    returned = [];
    redelivered.clear();
    isDirty = false;
  };
  return {
    quarantined: () => counts.quarantined + quarantined.length,
    redriving: () => counts.redriving,
    moved(to) {
      settled = to;
      if (ahead.length > 0) {
        quarantined.push(...ahead.filter(({ sequence }) => sequence <= to));
        ahead = ahead.filter(({ sequence }) => sequence > to);
      }
      touch();
    },
    setAside(row) {
      ahead.push(row);
    },
    rewind() {
      ahead = [];
    },
    redelivered(sequence) {
      redelivered.add(sequence);
      touch();
    },
    returned(row) {
      returned.push(row);
      touch();
    },
    isUnsaved: (sequence) => redelivered.has(sequence) || returned.some((row) => row.sequence === sequence),
    isFull: () => quarantined.length + returned.length >= mostUnsaved,
    flush: save,
    recount() {
      counts = store.counts(sink);
    },
    close() {
      clearImmediate(turn);
      clearTimeout(again);
    },
  };
}

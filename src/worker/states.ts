import type { StateWrite } from '../model/run.ts';

/** Reads the newest row of an actor and key from the journal. */
export type StateReader = (actor: string, key: string) => { version: number; value: Buffer } | undefined;

/**
 * The states of one run: a task sees what the tasks before it in the run wrote; what is written says from which
 * version it was computed, so that the integration manager can refuse it when another was faster (R3, R4).
 */
export interface RunStates {
  read(actor: string, key: string): unknown;
  write(actor: string, key: string, value: unknown): void;
  keep(): void;
  discard(): void;
  writes(): StateWrite[];
}

interface Row {
  readonly actor: string;
  readonly key: string;
  /** Version in the journal when the run first looked. */
  readonly base: number;
  readonly before: unknown;
  kept: { value: unknown } | undefined;
  written: { value: unknown } | undefined;
}

export function createRunStates(reader: StateReader): RunStates {
  const rows = new Map<string, Row>();
  const rowOf = (actor: string, key: string): Row => {
    const id = `${actor}\0${key}`;
    let row = rows.get(id);
    if (!row) {
      const stored = reader(actor, key);
      row = {
        actor,
        key,
        base: stored?.version ?? 0,
        before: stored ? (JSON.parse(stored.value.toString()) as unknown) : undefined,
        kept: undefined,
        written: undefined,
      };
      rows.set(id, row);
    }
    return row;
  };
  return {
    read(actor, key) {
      const row = rowOf(actor, key);
      const newest = row.written ?? row.kept;
      return newest ? newest.value : row.before;
    },
    write(actor, key, value) {
      rowOf(actor, key).written = { value };
    },
    keep() {
      for (const row of rows.values()) {
        row.kept = row.written ?? row.kept;
        row.written = undefined;
      }
    },
    discard() {
      for (const row of rows.values()) row.written = undefined;
    },
    writes() {
      return [...rows.values()].flatMap(({ actor, key, base, kept }) =>
        kept ? [{ actor, key, base, value: Buffer.from(JSON.stringify(kept.value)) }] : [],
      );
    },
  };
}

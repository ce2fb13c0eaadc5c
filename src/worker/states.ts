import { maxKeyBytes, maxRecordBytes } from '../model/envelope.ts';
import { PolarError } from '../model/errors.ts';
import type { StateWrite } from '../model/run.ts';

const maxActorBytes = 200;

/** Reads the newest row of an actor and key from the journal. */
export type StateReader = (actor: string, key: string) => { version: number; value: Buffer } | undefined;

/**
 * The states of one run: a task sees what the tasks before it in the run wrote; what is written says from which
 * version it was computed, so that the integration manager can refuse it when another was faster (R3, R4).
 */
export interface RunStates {
  read(actor: string, key: string): unknown;
  /** @throws body.too-large, for a value or a name that the journal cannot hold */
  write(actor: string, key: string, value: unknown): void;
  keep(): void;
  discard(): void;
  writes(): StateWrite[];
  /** Of everything kept. */
  readonly sizeBytes: number;
}

/** JSON text throughout: what a method does to a value in its hands, no other task sees. */
interface Row {
  readonly actor: string;
  readonly key: string;
  /** Version in the journal when the run first looked. */
  readonly base: number;
  readonly before: Buffer | undefined;
  kept: Buffer | undefined;
  written: Buffer | undefined;
}

export function createRunStates(reader: StateReader): RunStates {
  const rows = new Map<string, Row>();
  let sizeBytes = 0;
  const rowOf = (actor: string, key: string): Row => {
    const id = `${actor}\0${key}`;
    let row = rows.get(id);
    if (!row) {
      const stored = reader(actor, key);
      row = {
        actor,
        key,
        base: stored?.version ?? 0,
        before: stored?.value,
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
      const newest = row.written ?? row.kept ?? row.before;
      return newest && (JSON.parse(newest.toString()) as unknown);
    },
    write(actor, key, value) {
      const bytes = Buffer.from(JSON.stringify(value ?? null));
      if (
        bytes.length > maxRecordBytes ||
        Buffer.byteLength(key) > maxKeyBytes ||
        Buffer.byteLength(actor) > maxActorBytes
      ) {
        throw new PolarError(
          'body.too-large',
          `The state of ${actor} has ${bytes.length} bytes, or too long a name.`,
        );
      }
      rowOf(actor, key).written = bytes;
    },
    keep() {
      for (const row of rows.values()) {
        if (!row.written) continue;
        sizeBytes += row.written.length - (row.kept?.length ?? 0);
        row.kept = row.written;
        row.written = undefined;
      }
    },
    discard() {
      for (const row of rows.values()) row.written = undefined;
    },
    writes() {
      return [...rows.values()].flatMap(({ actor, key, base, kept }) =>
        kept ? [{ actor, key, base, value: kept }] : [],
      );
    },
    get sizeBytes() {
      return sizeBytes;
    },
  };
}

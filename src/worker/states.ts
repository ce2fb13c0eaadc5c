import { maxKeyBytes, maxRecordBytes } from '../model/envelope.ts';
import { PolarError } from '../model/errors.ts';
import type { StateWrite } from '../model/run.ts';

const maxActorBytes = 200;

/** Reads the newest row of an actor and key from the journal. */
export type StateReader = (actor: string, key: string) => { version: number; value: Buffer } | undefined;

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

/**
 * The states of one run: a task sees what the tasks before it in the run wrote; what is written says from which
 * version it was computed, so that the integration manager can refuse it when another was faster (R3, R4).
 */
export class RunStates {
  readonly #reader: StateReader;
  /** Made when it is first asked for: most runs have none. */
  #rows: Map<string, Row> | undefined;
  /** Of everything kept. */
  sizeBytes = 0;

  constructor(reader: StateReader) {
    this.#reader = reader;
  }

  read(actor: string, key: string): unknown {
    const row = this.#rowOf(actor, key);
    const newest = row.written ?? row.kept ?? row.before;
    return newest && (JSON.parse(newest.toString()) as unknown);
  }

  /** @throws body.too-large, for a value or a name that the journal cannot hold */
  write(actor: string, key: string, value: unknown): void {
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
    this.#rowOf(actor, key).written = bytes;
  }

  keep(): void {
    if (!this.#rows) return;
    for (const row of this.#rows.values()) {
      if (!row.written) continue;
      this.sizeBytes += row.written.length - (row.kept?.length ?? 0);
      row.kept = row.written;
      row.written = undefined;
    }
  }

  discard(): void {
    if (!this.#rows) return;
    for (const row of this.#rows.values()) row.written = undefined;
  }

  writes(): StateWrite[] {
    if (!this.#rows) return [];
    return [...this.#rows.values()].flatMap(({ actor, key, base, kept }) =>
      kept ? [{ actor, key, base, value: kept }] : [],
    );
  }

  #rowOf(actor: string, key: string): Row {
    this.#rows ??= new Map();
    const id = `${actor}\0${key}`;
    const known = this.#rows.get(id);
    if (known) return known;
    const stored = this.#reader(actor, key);
    const row: Row = {
      actor,
      key,
      base: stored?.version ?? 0,
      before: stored?.value,
      kept: undefined,
      written: undefined,
    };
    this.#rows.set(id, row);
    return row;
  }
}

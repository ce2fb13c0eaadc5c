import type { CloudEvent } from '../model/cloud-event.ts';

/**
 * Where events leave. One implementation per kind of destination; test/contract holds the suite that each passes.
 *
 * - `connect` is called before the first write, and again after a write has failed with a code that is retried.
 * - `write` resolves on the destination's word that it has the event, never on "sent". Several may be under way;
 *   they are begun in the order of their sequences. It rejects with a code: `reject` sets the event aside in
 *   quarantine, `retry` makes the bridge connect again and go on from its cursor.
 * - `close` resolves when nothing is under way; nothing is called afterwards.
 */
export interface Sink {
  /** Names the cursor: a sink of another name starts anew. */
  readonly name: string;
  /** Writes that may be under way at once. */
  readonly window: number;
  connect(): Promise<void>;
  write(event: CloudEvent): Promise<void>;
  close(): Promise<void>;
}

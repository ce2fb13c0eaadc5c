import type { OutgoingEvent } from '../model/outgoing-event.ts';

/**
 * Where events leave. One implementation per kind of destination; test/contract holds the suite that each passes.
 *
 * - `connect` is called before the first write, and again after the link was lost or a write was refused for now. It
 *   gives up the link before: what was under way there may end in any way, or never. `onLost` is called at most once
 *   per connect, when the link breaks by itself, also while nothing is under way.
 * - `write` resolves on the destination's word that it has the event, never on "sent". Several may be under way;
 *   they are begun in the order of their sequences. It rejects with a code: `reject` sets the event aside in
 *   quarantine, `retry` makes the bridge connect again and go on from its cursor. `broker.channel-closed` says
 *   besides that one of the events under way may be to blame.
 * - `link` is cheap and never throws: it is asked for each look at the status.
 * - `close` resolves when nothing is under way; nothing is called afterwards.
 */
export interface Sink {
  /** Names the cursor: a sink of another name starts anew. */
  readonly name: string;
  /** Writes that may be under way at once. */
  readonly window: number;
  connect(onLost: (error: unknown) => void): Promise<void>;
  /** `attempt`: 1, or more where this event may have been sent before. */
  write(event: OutgoingEvent, attempt: number): Promise<void>;
  link(): LinkStatus;
  close(): Promise<void>;
}

export interface LinkStatus {
  readonly state: 'connecting' | 'up' | 'blocked' | 'down';
  /** ms since the epoch. */
  readonly since: number;
  /** Where to: `amqps://rabbit.internal:5671/polar`; never a secret. */
  readonly detail?: string;
  /** What is to be kept in mind all the time: `plaintext`. */
  readonly warnings?: readonly string[];
  readonly lastError?: LinkError;
}

export interface LinkError {
  readonly code: string;
  readonly message: string;
  /** ms since the epoch. */
  readonly time: number;
}

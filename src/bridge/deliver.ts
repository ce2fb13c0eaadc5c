import { followJournal, type JournalRecord } from '../journal/follow.ts';
import type { JournalReader } from '../journal/journal.ts';
import type { CursorStore, Quarantined } from '../journal/lmdb/cursor-store.ts';
import { eventOf } from '../journal/record-event.ts';
import { createWake, type Wake } from '../journal/wake.ts';
import { codeOf, errorCodes, messageOf } from '../model/errors.ts';
import { createCursor, rewind, roomOf, sent, settleSequence } from './cursor.ts';
import type { Sink } from './sink.ts';

export interface DeliveryOptions {
  readonly reader: JournalReader;
  readonly store: CursorStore;
  readonly sink: Sink;
  /** Sequences up to here are not this sink's business. */
  readonly after: number;
  readonly wake: Wake;
  readonly signal: AbortSignal;
  /** Waits before the sink is connected again, ms by attempt. */
  readonly retryDelayMs: (attempt: number) => number;
}

export interface Delivery {
  readonly stats: () => {
    cursor: number;
    inFlight: number;
    delivered: number;
    quarantined: number;
    lastError: string;
  };
  /** Resolves when `signal` has aborted and nothing is under way. */
  readonly ended: Promise<void>;
}

/**
 * Follows the journal and writes each event to the sink. The cursor moves over what is settled only, so whatever
 * dies, this goes on from it: duplicates carry the same id, and there are never gaps.
 */
export function startDelivery(options: DeliveryOptions): Delivery {
  const { reader, store, sink, signal } = options;
  const cursor = createCursor(Math.max(store.load(sink.name), options.after), sink.window);
  const journal = reader.info();
  const counts = { delivered: 0, quarantined: 0, lastError: '' };
  const room = createWake();
  let setAside: Quarantined[] = [];
  let failures = 0;
  let generation = 0;
  let saving = false;

  const save = () => {
    if (saving) return;
    saving = true;
    // Everything that was settled in this turn is one transaction.
    setImmediate(() => {
      saving = false;
      store.save(sink.name, cursor.settled, setAside);
      setAside = [];
    });
  };
  const settled = (sequence: number) => {
    if (settleSequence(cursor, sequence)) save();
    room.ring();
  };
  const quarantine = (sequence: number, error: unknown) => {
    counts.quarantined++;
    counts.lastError = messageOf(error);
    setAside.push({ sequence, reason: `${codeOf(error) ?? 'error'}: ${messageOf(error)}`, time: Date.now() });
    settled(sequence);
  };
  /** Undefined while under way; true when the link is to be made anew. */
  let broken = false;
  const write = (record: JournalRecord) => {
    const mine = generation;
    let writing: Promise<void>;
    try {
      writing = sink.write(eventOf(record, journal));
    } catch (error) {
      return quarantine(record.sequence, error);
    }
    writing.then(
      () => {
        if (mine !== generation) return;
        failures = 0;
        counts.delivered++;
        settled(record.sequence);
      },
      (error: unknown) => {
        if (mine !== generation) return;
        counts.lastError = messageOf(error);
        const code = codeOf(error);
        if (code && errorCodes[code].disposition === 'reject') return quarantine(record.sequence, error);
        broken = true;
        room.ring();
      },
    );
  };
  const run = async () => {
    while (!signal.aborted) {
      generation++;
      broken = false;
      rewind(cursor);
      try {
        await sink.connect();
        await deliverUntilBroken();
      } catch (error) {
        counts.lastError = messageOf(error);
      }
      if (!signal.aborted) await createWake().wait(options.retryDelayMs(++failures), signal);
    }
    while (cursor.sent > cursor.settled && !broken) await room.wait(50);
    if (setAside.length > 0 || saving) store.save(sink.name, cursor.settled, setAside);
  };
  const deliverUntilBroken = async () => {
    const from = cursor.settled + 1;
    for await (const record of followJournal({ reader, from, wake: options.wake, signal })) {
      while (roomOf(cursor) <= 0 && !broken && !signal.aborted) await room.wait(1000);
      if (broken || signal.aborted) return;
      sent(cursor, record.sequence);
      write(record);
    }
  };
  return {
    stats: () => ({ cursor: cursor.settled, inFlight: cursor.sent - cursor.settled, ...counts }),
    ended: run(),
  };
}

import { followJournal, type JournalRecord } from '../journal/follow.ts';
import type { JournalReader } from '../journal/journal.ts';
import type { CursorStore, Quarantined } from '../journal/lmdb/cursor-store.ts';
import { eventOf } from '../journal/record-event.ts';
import { createWake, type Wake } from '../journal/wake.ts';
import { codeOf, errorCodes, hasCode, messageOf } from '../model/errors.ts';
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

/** With a full disk. */
const saveAgainMs = 1000;

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
  let saving: NodeJS.Immediate | undefined;
  let savingAgain: NodeJS.Timeout | undefined;
  /** Aborted when a write has failed for now; each connect makes the next one. */
  let link = new AbortController();

  const save = () => {
    saving = undefined;
    clearTimeout(savingAgain);
    savingAgain = undefined;
    try {
      store.save(sink.name, cursor.settled, setAside);
      setAside = [];
    } catch (error) {
      if (!hasCode(error, 'journal.full')) throw error;
      // What the cursor does not say yet would be delivered again after a crash, with the same id.
      counts.lastError = messageOf(error);
      savingAgain = setTimeout(save, saveAgainMs);
    }
  };
  const settled = (sequence: number) => {
    // Everything that is settled in this turn is one transaction.
    if (settleSequence(cursor, sequence)) saving ??= setImmediate(save);
    room.ring();
  };
  const quarantine = (sequence: number, error: unknown) => {
    counts.quarantined++;
    counts.lastError = messageOf(error);
    setAside.push({ sequence, reason: `${codeOf(error) ?? 'error'}: ${messageOf(error)}`, time: Date.now() });
    settled(sequence);
  };
  const write = (record: JournalRecord, attempt: number) => {
    const mine = link;
    let writing: Promise<void>;
    try {
      writing = sink.write(eventOf(record, journal), attempt);
    } catch (error) {
      return quarantine(record.sequence, error);
    }
    writing.then(
      () => {
        if (mine !== link) return;
        failures = 0;
        counts.delivered++;
        settled(record.sequence);
      },
      (error: unknown) => {
        if (mine !== link) return;
        const code = codeOf(error);
        if (code && errorCodes[code].disposition === 'reject') return quarantine(record.sequence, error);
        lost(mine, error);
      },
    );
  };
  const lost = (which: AbortController, error: unknown) => {
    if (which !== link) return;
    counts.lastError = messageOf(error);
    link.abort();
    room.ring();
  };
  const run = async () => {
    while (!signal.aborted) {
      const mine = new AbortController();
      link = mine;
      rewind(cursor);
      try {
        await sink.connect((error) => lost(mine, error));
        await deliverUntilBroken();
      } catch (error) {
        counts.lastError = messageOf(error);
      }
      if (!signal.aborted) await createWake().wait(options.retryDelayMs(++failures), signal);
    }
    while (cursor.sent > cursor.settled && !link.signal.aborted) await room.wait(50);
    clearImmediate(saving);
    if (saving || savingAgain || setAside.length > 0) save();
    clearTimeout(savingAgain);
  };
  const deliverUntilBroken = async () => {
    const from = cursor.settled + 1;
    // Also while nothing new is committed: what failed is the newest, as like as not.
    const ended = AbortSignal.any([signal, link.signal]);
    for await (const record of followJournal({ reader, from, wake: options.wake, signal: ended })) {
      while (roomOf(cursor) <= 0 && !ended.aborted) await room.wait(1000);
      if (ended.aborted) return;
      write(record, sent(cursor, record.sequence));
    }
  };
  return {
    stats: () => ({ cursor: cursor.settled, inFlight: cursor.sent - cursor.settled, ...counts }),
    ended: run(),
  };
}

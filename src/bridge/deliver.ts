import type { JournalRecord } from '../journal/batch.ts';
import { recordAt } from '../journal/follow.ts';
import type { JournalReader } from '../journal/journal.ts';
import type { Quarantined } from '../journal/lmdb/bridge-tables.ts';
import type { CursorStore } from '../journal/lmdb/cursor-store.ts';
import { createOutgoingEvents } from '../journal/outgoing-events.ts';
import { createWake, type Wake } from '../journal/wake.ts';
import { codeOf, errorCodes, hasCode, messageOf } from '../model/errors.ts';
import type { Logger } from '../telemetry/log.ts';
import { longestBackOffMs } from './back-off.ts';
import { createCursor, rewind, roomOf, sent, settleSequence } from './cursor.ts';
import { createLedger } from './ledger.ts';
import { acquit, channelClosed, createPoison, isCareful } from './poison.ts';
import { createRecords } from './records.ts';
import { createRedrives } from './redrives.ts';
import type { LinkError, LinkStatus, Sink } from './sink.ts';

export interface DeliveryOptions {
  readonly reader: JournalReader;
  readonly store: CursorStore;
  readonly sink: Sink;
  /** Sequences up to here are not this sink's business. */
  readonly after: number;
  /** Of this delivery alone; rung when something was committed. */
  readonly wake: Wake;
  readonly signal: AbortSignal;
  /** Waits before the sink is connected again, ms by failures in a row. */
  readonly backOffMs: (failures: number) => number;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

export interface Delivery {
  stats(): DeliveryStats;
  /** Carries out `change` of this sink's rows in the store, with everything saved before, and goes by them after. */
  changeRows(change: () => void): void;
  /** Resolves when `signal` has aborted and nothing is under way, or a few seconds later. */
  readonly ended: Promise<void>;
}

/** Counts are of this life of the process, but for those of rows in the store. */
export interface DeliveryStats {
  readonly name: string;
  readonly link: LinkStatus;
  /** Since when there is no link, ms since the epoch, whatever was tried meanwhile; null while there is one. */
  readonly awaySince: number | null;
  readonly cursor: number;
  /** The newest sequence of the journal. */
  readonly newest: number;
  /** Events that are still to be delivered, and how old the oldest of them is. */
  readonly lag: number;
  readonly lagMs: number;
  readonly inFlight: number;
  readonly delivered: number;
  /** Those among them that had been handed to the sink before. */
  readonly redelivered: number;
  /** Rows in the store: set aside, and to be sent again by an order. */
  readonly quarantined: number;
  readonly redriving: number;
  readonly lastError: LinkError | null;
}

/** A bell may be lost (R6): whoever follows looks once a second anyway. */
const lookEveryMs = 1000;
const stopWithinMs = 5000;
const longestTimerMs = 2 ** 31 - 1;
/** Handed over before the event loop has a turn: with much more at a time this process would seem to hang. */
const bytesPerTurn = 1 << 20;
/** Of records on their way: all of them lie in memory, here and at the client. One more may be begun below it. */
const mostBytesUnderWay = 16 << 20;
/** The stream goes on beside what is sent again. */
const redriveShare = 1 / 4;

/**
 * Follows the journal and writes each event to the sink. The cursor moves over what is settled only, so whatever
 * dies, this goes on from it: duplicates carry the same id, and there are never gaps.
 */
export function startDelivery(options: DeliveryOptions): Delivery {
  const { reader, store, sink, wake, signal, log } = options;
  const outgoingOf = createOutgoingEvents(reader.info());
  const cursor = createCursor(startOf(options), sink.window);
  const poison = createPoison();
  const counts = { delivered: 0, redelivered: 0 };
  let lastError: LinkError | null = null;
  let awaySince: number | null = Date.now();
  let bytesUnderWay = 0;
  let bytesThisTurn = 0;
  const note = (error: unknown) => {
    lastError = { code: codeOf(error) ?? 'error', message: messageOf(error), time: Date.now() };
  };
  const reasonNow = () => lastError?.code;
  const ledger = createLedger({ store, sink: sink.name, settled: cursor.settled, onFull: note });
  const redrives = createRedrives(store, sink.name, ledger);
  /** Of the link: aborted when it is lost; each connect makes the next one. */
  let life = new AbortController();

  const underWay = () => cursor.sent - cursor.settled - cursor.ahead.size + redrives.underWay.size;
  const hasRoom = () => {
    if (life.signal.aborted || ledger.isFull() || bytesUnderWay >= mostBytesUnderWay) return false;
    return isCareful(poison) ? underWay() === 0 : roomOf(cursor) > redrives.underWay.size;
  };
  const end = (sequence: number, row: Quarantined | undefined) => {
    acquit(poison, sequence);
    if (redrives.underWay.has(sequence)) {
      redrives.ended(sequence);
      if (row) ledger.returned(row);
      else ledger.redelivered(sequence);
    } else {
      if (row) ledger.setAside(row);
      if (settleSequence(cursor, sequence)) ledger.moved(cursor.settled);
    }
    wake.ring();
  };
  const setAside = (sequence: number, attempts: number, error: unknown) => {
    note(error);
    const reason = `${codeOf(error) ?? 'error'}: ${messageOf(error)}`;
    end(sequence, { sequence, reason, time: Date.now(), attempts });
  };
  const lost = (which: AbortController, error: unknown) => {
    if (which !== life || which.signal.aborted) return;
    note(error);
    if (hasCode(error, 'broker.channel-closed')) {
      const suspects = [...unsettled(cursor), ...redrives.underWay.keys()];
      const culprit = channelClosed(poison, suspects);
      if (culprit !== undefined) setAside(culprit, attemptsOf(culprit), error);
    }
    which.abort();
    wake.ring();
  };
  const attemptsOf = (sequence: number) =>
    redrives.underWay.get(sequence) ?? (cursor.tries.get(sequence) ?? 0) + 1;

  const write = (record: JournalRecord, attempt: number) => {
    const { sequence } = record;
    const sizeBytes = record.record.length;
    bytesThisTurn += sizeBytes;
    const mine = life;
    let writing: Promise<void>;
    try {
      writing = sink.write(outgoingOf(record), attempt);
    } catch (error) {
      return setAside(sequence, attempt - 1, error);
    }
    bytesUnderWay += sizeBytes;
    writing.then(
      () => {
        if (mine !== life) return;
        bytesUnderWay -= sizeBytes;
        counts.delivered++;
        if (attempt > 1) counts.redelivered++;
        end(sequence, undefined);
      },
      (error: unknown) => {
        if (mine !== life || mine.signal.aborted) return;
        bytesUnderWay -= sizeBytes;
        const code = codeOf(error);
        if (code && errorCodes[code].disposition === 'reject') setAside(sequence, attempt, error);
        else lost(mine, error);
      },
    );
  };
  const redrive = (row: Quarantined) => {
    const attempt = redrives.begun(row);
    const record = recordAt(reader, row.sequence);
    if (record) return write(record, attempt);
    setAside(row.sequence, row.attempts, new Error('the journal does not hold it any more'));
  };
  const deliverUntilLost = async () => {
    const records = createRecords(reader, cursor.settled + 1);
    const mostRedrives = Math.max(1, Math.floor(sink.window * redriveShare));
    // Also while nothing new is committed: what failed is the newest, as like as not.
    while (!signal.aborted && !life.signal.aborted) {
      bytesThisTurn = 0;
      while (hasRoom() && !signal.aborted) {
        const row = redrives.underWay.size < mostRedrives ? redrives.next() : undefined;
        const record = row ? undefined : records.next();
        if (row) redrive(row);
        else if (record) write(record, sent(cursor, record.sequence));
        else break;
        if (bytesThisTurn < bytesPerTurn) continue;
        bytesThisTurn = 0;
        await new Promise((resolve) => setImmediate(resolve));
      }
      await wake.wait(lookEveryMs);
    }
  };
  const run = async () => {
    signal.addEventListener('abort', () => wake.ring(), { once: true });
    let failures = 0;
    let logged: string | undefined;
    while (!signal.aborted) {
      const mine = new AbortController();
      life = mine;
      const settledBefore = cursor.settled;
      rewind(cursor);
      ledger.rewind();
      redrives.rewind();
      bytesUnderWay = 0;
      let upSince: number | undefined;
      try {
        await unlessAborted(
          sink.connect((error) => lost(mine, error)),
          signal,
        );
        if (signal.aborted) break;
        upSince = performance.now();
        awaySince = null;
        log.info({ event: 'sink.up', sink: sink.name, failures }, 'sink is up');
        await deliverUntilLost();
      } catch (error) {
        note(error);
      }
      awaySince ??= Date.now();
      if (signal.aborted) break;
      const wasUp = upSince !== undefined && performance.now() - upSince > longestBackOffMs;
      failures = cursor.settled > settledBefore || wasUp ? 1 : failures + 1;
      // One line for all the failures of a kind in a row; the line that says "up" has their number.
      const reason = reasonNow();
      if (failures === 1 || reason !== logged) {
        logged = reason;
        log.warn({ event: 'sink.lost', sink: sink.name, err: lastError, failures }, 'sink is lost');
      }
      await createWake().wait(options.backOffMs(failures), signal);
    }
    const until = performance.now() + stopWithinMs;
    while (underWay() > 0 && !life.signal.aborted && performance.now() < until) await wake.wait(50);
    ledger.flush();
    ledger.close();
  };
  return {
    stats() {
      const newest = reader.info().nextSequence - 1;
      const lag = newest - cursor.settled;
      const oldest = lag > 0 ? reader.batchAt(cursor.settled + 1)?.batch.time : undefined;
      return {
        name: sink.name,
        link: sink.link(),
        awaySince,
        cursor: cursor.settled,
        newest,
        lag,
        lagMs: oldest === undefined ? 0 : Math.max(0, Date.now() - oldest),
        inFlight: underWay(),
        ...counts,
        quarantined: ledger.quarantined(),
        redriving: ledger.redriving(),
        lastError,
      };
    },
    changeRows(change) {
      ledger.flush();
      change();
      ledger.recount();
      redrives.reload();
      // What was sent again and is dropped now would be a suspect for ever.
      for (const sequence of poison.suspects) if (sequence <= cursor.settled) acquit(poison, sequence);
      wake.ring();
    },
    ended: run(),
  };
}

/** A cursor before the oldest record, or behind the newest, is of a journal that was cut. */
function startOf({ reader, store, sink, after }: DeliveryOptions): number {
  const { firstSequence, nextSequence } = reader.info();
  return Math.max(Math.min(store.load(sink.name), nextSequence - 1), firstSequence - 1, after);
}

function unsettled({
  settled,
  sent: last,
  ahead,
}: {
  settled: number;
  sent: number;
  ahead: Set<number>;
}): number[] {
  return Array.from({ length: last - settled }, (_, index) => settled + 1 + index).filter(
    (sequence) => !ahead.has(sequence),
  );
}

/** What comes of it later is of no account any more. */
async function unlessAborted(connecting: Promise<void>, signal: AbortSignal): Promise<void> {
  connecting.catch(() => {});
  const aborted = createWake();
  try {
    await Promise.race([connecting, aborted.wait(longestTimerMs, signal)]);
  } finally {
    aborted.ring();
  }
}

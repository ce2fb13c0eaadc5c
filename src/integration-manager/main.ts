import { join } from 'node:path';
import type { JournalWriter } from '../journal/journal.ts';
import { openBridgeView } from '../journal/lmdb/bridge-view.ts';
import { openJournalWriter } from '../journal/lmdb/writer.ts';
import { openReserve, type Reserve } from '../journal/reserve.ts';
import type { KeyCharge } from '../model/charge.ts';
import type { Commit } from '../model/commit.ts';
import { hasCode } from '../model/errors.ts';
import type { Result } from '../model/run.ts';
import { terminalName } from '../model/sink-name.ts';
import { runChild } from '../supervision/child-process.ts';
import { createLogger } from '../telemetry/log.ts';
import { eventsPath, ipc, resultsPath } from '../topology/endpoints.ts';
import type {
  ChildConfiguration,
  JournalFull,
  ManagerPeer,
  ManagerWord,
  SinkChoice,
} from '../topology/wire.ts';
import { Bell } from '../transport/bell.ts';
import { decodeCharges } from '../transport/charge-frame.ts';
import { kindOf } from '../transport/frame.ts';
import { Inbox, maxResultBytes } from '../transport/inbox.ts';
import { createRejections } from '../transport/rejections.ts';
import { decodeResults } from '../transport/result-frame.ts';
import type { NamedSink } from './pins.ts';
import { messagesOf } from './publish.ts';
import { createRetention } from './retention.ts';
import { createRoom } from './room.ts';
import { settle } from './settle.ts';

const housekeepingEveryMs = 60_000;
const idsKeptMs = 24 * 3_600_000;
const retryWhenFullMs = 1000;

/*
 * The one writer of the journal and the one publisher. Whatever came in while a transaction was written makes
 * the next one; receipts and records are published when their transaction is durable.
 */
runChild({
  async configure(configuration, channel) {
    const { name, incarnation, node, runDir, dataDir, settings, sinks } = configuration as ChildConfiguration;
    const log = createLogger({ role: 'integration-manager', name, dataDir, level: settings.logLevel });
    const folder = join(dataDir, 'journal');
    const reserve = openReserve(folder);
    const { journal, isDiskFull } = openJournal(folder, node, reserve);
    const bridge = openBridgeView(join(dataDir, 'bridge'));
    const retention = createRetention({
      ...{ journal, settings: settings.journal, bridge, sinks: sinks.map(namedSink), now: Date.now, log },
    });
    const room = createRoom({ journal, settings: settings.journal, reserve, retention, isDiskFull });
    const inbox = new Inbox(maxResultBytes);
    const bell = new Bell();
    let { nextSequence } = journal.info();
    const peer: ManagerPeer = {
      incarnation,
      results: ipc(resultsPath(runDir, incarnation)),
      events: ipc(eventsPath(runDir, incarnation)),
      nextSequence,
      full: null,
    };
    await bell.bind(peer.events);
    await inbox.bind(peer.results);

    const counts = { commits: 0, results: 0, refused: 0 };
    const rejections = createRejections((fields) => log.warn(fields, 'frame rejected'));
    let waiting: Result[] = [];
    let charged: KeyCharge[] = [];
    let scheduled = false;
    let full: JournalFull | null = null;
    let mayCommit = true;

    /** Whoever admits tasks is to know. */
    const setFull = (next: JournalFull | null) => {
      if (JSON.stringify(next) === JSON.stringify(full)) return;
      if (next && next.kind !== full?.kind) log.error({ event: 'journal.full', full: next }, 'journal full');
      channel.send({ type: 'journal', full: next } satisfies ManagerWord);
      full = next;
    };
    let looksAgain: NodeJS.Timeout | undefined;
    const lookForRoom = () => {
      const now = room.now();
      setFull(now.full);
      ({ mayCommit } = now);
      clearTimeout(looksAgain);
      if (full) looksAgain = setTimeout(lookForRoom, retryWhenFullMs);
    };
    const schedule = () => {
      if (scheduled || waiting.length + charged.length === 0) return;
      scheduled = true;
      if (!mayCommit) setTimeout(commitWaiting, retryWhenFullMs);
      else setImmediate(commitWaiting);
    };
    const commitWaiting = () => {
      scheduled = false;
      lookForRoom();
      if (!mayCommit) return schedule();
      const results = waiting;
      const commit = settle(journal, results, nextSequence, charged);
      try {
        const committed = journal.commit(commit, Date.now());
        waiting = [];
        charged = [];
        room.committed(bytesOf(commit));
        nextSequence = committed.records.first + committed.records.count;
        counts.commits++;
        counts.results += results.length;
        counts.refused += commit.receipts.filter(({ refused }) => refused).length;
        if (results.length > 0) bell.publish(messagesOf(commit, committed, incarnation));
      } catch (error) {
        if (!hasCode(error, 'journal.full')) throw error;
        // Nothing was written: the results wait, and with them every receipt.
        room.diskFull();
        setFull({ kind: 'disk' });
        mayCommit = false;
        schedule();
      }
    };

    void inbox.receive((frame) => {
      try {
        const kind = kindOf(frame);
        if (kind === 'results') waiting.push(...decodeResults(frame));
        else if (kind === 'charges') charged.push(...decodeCharges(frame));
        else rejections.note('misplaced', { kind, sizeBytes: frame.length });
      } catch (error) {
        rejections.noteUnreadable(frame, error);
      }
      schedule();
    });
    const housekeeping = setInterval(() => {
      try {
        journal.forgetIds(Date.now() - idsKeptMs, 1000);
      } catch (error) {
        // On a full disk even forgetting needs room; what is old stays a little longer.
        if (!hasCode(error, 'journal.full')) throw error;
      }
    }, housekeepingEveryMs);
    const looking = setInterval(() => room.look(), lookEveryMs(settings.journal.retainMs));
    room.look();
    log.info({ event: 'integration-manager.ready', nextSequence }, 'ready');

    return {
      details: peer,
      stats: () => ({
        ...counts,
        rejectedFrames: rejections.total,
        rejected: rejections.counts,
        waiting: waiting.length,
        isFull: full !== null,
        full,
        journal: journal.info(),
      }),
      async drain() {
        // The workers have handed over everything; what is still in the socket arrives within a turn or two.
        do await new Promise((resolve) => setTimeout(resolve, 20));
        while (waiting.length > 0 && mayCommit);
      },
      async close() {
        clearInterval(housekeeping);
        clearInterval(looking);
        clearTimeout(looksAgain);
        inbox.close();
        await bell.close();
        await retention.close();
        await bridge.close();
        await journal.close();
      },
    };
  },
});

/** On a full disk, too, where there is something to give away: retention may then make room. */
function openJournal(
  folder: string,
  node: string,
  reserve: Reserve,
): { journal: JournalWriter; isDiskFull: boolean } {
  try {
    return { journal: openJournalWriter(folder, node, Date.now()), isDiskFull: false };
  } catch (error) {
    if (!hasCode(error, 'journal.full') || reserve.sizeBytes() === 0) throw error;
    reserve.release();
    return { journal: openJournalWriter(folder, node, Date.now()), isDiskFull: true };
  }
}

function namedSink(choice: SinkChoice): NamedSink {
  return { name: choice.kind === 'amqp' ? choice.broker.name : terminalName, after: choice.after };
}

/** Often enough that little is older than it may be. */
function lookEveryMs(retainMs: number | null): number {
  return Math.min(60_000, Math.max(1000, (retainMs ?? Number.POSITIVE_INFINITY) / 10));
}

function bytesOf({ segments, evidence }: Commit): number {
  return [...segments, ...evidence].reduce((sum, { bytes }) => sum + bytes.length, 0);
}

import { join } from 'node:path';
import { openJournalWriter } from '../journal/lmdb/writer.ts';
import type { KeyCharge } from '../model/charge.ts';
import { hasCode, messageOf } from '../model/errors.ts';
import type { Result } from '../model/run.ts';
import { runChild } from '../supervision/child-process.ts';
import { createLogger } from '../telemetry/log.ts';
import { eventsPath, ipc, resultsPath } from '../topology/endpoints.ts';
import type { ChildConfiguration, ManagerPeer, ManagerWord } from '../topology/wire.ts';
import { Bell } from '../transport/bell.ts';
import { decodeCharges } from '../transport/charge-frame.ts';
import { kindOf } from '../transport/frame.ts';
import { Inbox, maxResultBytes } from '../transport/inbox.ts';
import { createRejections } from '../transport/rejections.ts';
import { decodeResults } from '../transport/result-frame.ts';
import { messagesOf } from './publish.ts';
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
    const { name, incarnation, node, runDir, dataDir, settings } = configuration as ChildConfiguration;
    const log = createLogger({ role: 'integration-manager', name, dataDir, level: settings.logLevel });
    const journal = openJournalWriter(join(dataDir, 'journal'), node, Date.now());
    const inbox = new Inbox(maxResultBytes);
    const bell = new Bell();
    let { nextSequence } = journal.info();
    const peer: ManagerPeer = {
      incarnation,
      results: ipc(resultsPath(runDir, incarnation)),
      events: ipc(eventsPath(runDir, incarnation)),
      nextSequence,
      isFull: false,
    };
    await bell.bind(peer.events);
    await inbox.bind(peer.results);

    const counts = { commits: 0, results: 0, refused: 0 };
    const rejections = createRejections((fields) => log.warn(fields, 'frame rejected'));
    let waiting: Result[] = [];
    let charged: KeyCharge[] = [];
    let scheduled = false;
    let isFull = false;

    /** Whoever admits tasks is to know. */
    const setFull = (next: boolean) => {
      if (next !== isFull) channel.send({ type: 'journal', isFull: next } satisfies ManagerWord);
      isFull = next;
    };
    const schedule = () => {
      if (scheduled || waiting.length + charged.length === 0) return;
      scheduled = true;
      if (isFull) setTimeout(commitWaiting, retryWhenFullMs);
      else setImmediate(commitWaiting);
    };
    const commitWaiting = () => {
      scheduled = false;
      const results = waiting;
      const commit = settle(journal, results, nextSequence, charged);
      try {
        const committed = journal.commit(commit, Date.now());
        waiting = [];
        charged = [];
        setFull(false);
        nextSequence = committed.records.first + committed.records.count;
        counts.commits++;
        counts.results += results.length;
        counts.refused += commit.receipts.filter(({ refused }) => refused).length;
        if (results.length > 0) bell.publish(messagesOf(commit, committed, incarnation));
      } catch (error) {
        if (!hasCode(error, 'journal.full')) throw error;
        // Nothing was written: the results wait, and with them every receipt.
        if (!isFull) log.error({ event: 'journal.full', err: messageOf(error) }, 'journal full');
        setFull(true);
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
    log.info({ event: 'integration-manager.ready', nextSequence }, 'ready');

    return {
      details: peer,
      stats: () => ({
        ...counts,
        rejectedFrames: rejections.total,
        rejected: rejections.counts,
        waiting: waiting.length,
        isFull,
        journal: journal.info(),
      }),
      async drain() {
        // The workers have handed over everything; what is still in the socket arrives within a turn or two.
        do await new Promise((resolve) => setTimeout(resolve, 20));
        while (waiting.length > 0 && !isFull);
      },
      async close() {
        clearInterval(housekeeping);
        inbox.close();
        await bell.close();
        await journal.close();
      },
    };
  },
});

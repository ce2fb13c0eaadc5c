import type { Patch } from './patched-product.ts';

/* The rules of the protocol, each broken in a copy of the built product: none of this is a switch in it. */

/** The gateway's word and the bell come first, and a good while later the commit. */
export const receiptsBeforeCommit: readonly Patch[] = [
  {
    file: 'integration-manager/main.js',
    from: `const commitWaiting = () => {
            scheduled = false;`,
    to: `const commitWaiting = () => {
            const taken = waiting;
            const early = settle(journal, taken, nextSequence);
            const records = { first: nextSequence, count: early.records };
            bell.publish(messagesOf(early, { records, head: Buffer.alloc(32), firstOrder: 0 }, incarnation));
            waiting = [];
            setTimeout(() => {
                const later = waiting;
                waiting = taken;
                commitReally();
                waiting = later;
                schedule();
            }, 1500);
        };
        const commitReally = () => {
            scheduled = false;`,
  },
  // Who heard a receipt believes it, and does not ask the journal.
  {
    file: 'services/pushes.js',
    from: 'settle(book, lane, last, isKnown)',
    to: 'settle(book, lane, last, () => true)',
  },
];

/** Nobody asks whether a push is known, or a task settled. */
export const noDeduplication: readonly Patch[] = [
  {
    file: 'integration-manager/settle.js',
    from: 'if (newIds.has(child.id) || view.knowsId(child.id))',
    to: 'if (false)',
  },
  { file: 'services/admissions.js', from: 'if (book.ids.has(push.id))', to: 'if (false)' },
  { file: 'services/pushes.js', from: 'if (isKnown(push.id))', to: 'if (false)' },
  { file: 'services/gateway.js', from: 'if (!known) {', to: '{' },
];

/** A run that has taken two looks is given away, whatever its worker does. */
export const timerLeases: readonly Patch[] = [
  {
    file: 'subject/subject.js',
    from: `if (!run?.report)
            continue;
        if (run.report.sentTo !== integrationManager`,
    to: `if (run && !run.report && (run.looks = (run.looks ?? 0) + 1) > 2)
            finish(state, lane, fromJournal(lane.key, view));
        if (!run?.report)
            continue;
        if (run.report.sentTo !== integrationManager`,
  },
];

/**
 * Readers see a transaction before it is on the disk. `overlappingSync` alone would change nothing here: lmdb lets only
 * its own thread's transactions overlap, and those of the product are synchronous.
 */
export const seenBeforeDurable: readonly Patch[] = [
  {
    file: 'journal/lmdb/environment.js',
    from: 'overlappingSync: false',
    to: 'overlappingSync: false, noSync: true',
  },
];

/** Who opens the journal does not care whether somebody commits, and the owner does not look whether its last commit is there. */
export const noGate: readonly Patch[] = [
  {
    file: 'journal/lmdb/gate.js',
    from: 'pass: (action) => lock.transactionSync(action)',
    to: 'pass: (action) => action()',
  },
  { file: 'journal/lmdb/writer.js', from: 'if (transaction <= newest)', to: 'if (false)' },
];

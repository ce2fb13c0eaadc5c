import type { JournalSettings } from '../config/polar-ini.ts';
import type { JournalWriter } from '../journal/journal.ts';
import type { Reserve } from '../journal/reserve.ts';
import type { JournalFull } from '../topology/wire.ts';
import type { Retention } from './retention.ts';

/**
 * Whether there is room for another commit: on the disk, and under the journal's limit. While there is none retention
 * is asked for some, and results wait.
 */
export interface Room {
  /** Asked before each commit. */
  whyFull(): JournalFull | undefined;
  /** A commit found the disk full: what was held ready is for retention now, and receipts wait until it is back. */
  diskFull(): JournalFull;
  /** So much was committed. */
  committed(bytes: number): void;
  /** Now and then: what is old goes, and what is held ready follows the journal's size. */
  look(): void;
}

/** So much may be committed between two looks at the size, unless that is much of what may be. */
const mostUnseenBytes = 1024 * 1024;
const mostUnseenCommits = 16;
const stepBytes = 1024 * 1024;

export function createRoom(options: {
  readonly journal: Pick<JournalWriter, 'size'>;
  readonly settings: JournalSettings;
  readonly reserve: Reserve;
  readonly retention: Retention;
  /** The journal was opened on a full disk already. */
  readonly isDiskFull: boolean;
}): Room {
  const { journal, settings, reserve, retention } = options;
  const { maxBytes, reserveBytes } = settings;
  const unseenBytes = Math.min(mostUnseenBytes, maxBytes / 64);
  let { isDiskFull } = options;
  let isAtLimit = journal.size().usedBytes >= maxBytes;
  let unseen = { bytes: 0, commits: 0 };

  // A small journal needs little to become smaller.
  const wanted = () => Math.min(reserveBytes, Math.ceil(journal.size().fileBytes / stepBytes) * stepBytes);
  const seeSize = () => {
    unseen = { bytes: 0, commits: 0 };
    const { usedBytes } = journal.size();
    isAtLimit = usedBytes >= maxBytes;
    return usedBytes;
  };
  const hasDiskAgain = () => {
    const target = wanted();
    const { usedBytes, fileBytes } = journal.size();
    if (reserve.sizeBytes() >= target || fileBytes - usedBytes >= target) return true;
    void reserve.grow(target);
    return false;
  };
  return {
    whyFull() {
      if (isDiskFull && hasDiskAgain()) isDiskFull = false;
      if (isDiskFull || isAtLimit) {
        void retention.run();
        seeSize();
      }
      if (isDiskFull) return { kind: 'disk' };
      if (!isAtLimit) return undefined;
      return { kind: 'limit', maxBytes, heldBy: retention.heldBy() ?? 'it is being shortened' };
    },
    diskFull() {
      reserve.release();
      isDiskFull = true;
      void retention.run();
      return { kind: 'disk' };
    },
    committed(bytes) {
      unseen = { bytes: unseen.bytes + bytes, commits: unseen.commits + 1 };
      if (unseen.bytes < unseenBytes && unseen.commits < mostUnseenCommits) return;
      const usedBytes = seeSize();
      if (usedBytes >= maxBytes * (15 / 16)) void retention.run();
    },
    look() {
      seeSize();
      void retention.run();
      if (!isDiskFull) void reserve.grow(wanted());
    },
  };
}

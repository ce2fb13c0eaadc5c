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
  /** Asked before each commit, and after. */
  now(): RoomNow;
  /** A commit found the disk full: what was held ready is for retention now, and receipts wait until it is back. */
  diskFull(): void;
  /** So much was committed. */
  committed(bytes: number): void;
  /** Now and then: what is old goes, and what is held ready follows the journal's size. */
  look(): void;
}

export interface RoomNow {
  /** Why nothing is to be taken in from outside; null when it may be. */
  readonly full: JournalFull | null;
  /**
   * A little above the limit results are written still: what was accepted comes to its end, periods of looking are
   * attested, and orders are carried out. Without that nothing could ever be removed again.
   */
  readonly mayCommit: boolean;
}

/** So much may be committed between two looks at the size, unless that is much of what may be. */
const mostUnseenBytes = 1024 * 1024;
const mostUnseenCommits = 16;
const stepBytes = 1024 * 1024;
/** What is free within the file is as good as what is held ready beside it. */
const enoughOfFile = 1 / 4;
/** Each look at what keeps batches reads a row of every target. */
const betweenLooksMs = 500;

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
  const mostBytes = maxBytes + Math.max(maxBytes / 16, stepBytes);
  let { usedBytes: used } = journal.size();
  let unseen = { bytes: 0, commits: 0 };

  // A small journal needs little to become smaller.
  const wanted = () => Math.min(reserveBytes, Math.ceil(journal.size().fileBytes / stepBytes) * stepBytes);
  let askedAt = Number.NEGATIVE_INFINITY;
  const shorten = () => {
    if (performance.now() - askedAt < betweenLooksMs) return;
    askedAt = performance.now();
    void retention.run();
  };
  const seeSize = () => {
    unseen = { bytes: 0, commits: 0 };
    used = journal.size().usedBytes;
  };
  const hasDiskAgain = () => {
    const target = wanted();
    const { usedBytes, fileBytes } = journal.size();
    const enough = Math.min(target, fileBytes * enoughOfFile);
    if (reserve.sizeBytes() >= target || fileBytes - usedBytes >= enough) return true;
    void reserve.grow(target);
    return false;
  };
  return {
    now() {
      if (isDiskFull && hasDiskAgain()) isDiskFull = false;
      if (isDiskFull || used >= maxBytes) {
        shorten();
        seeSize();
      }
      if (isDiskFull) return { full: { kind: 'disk' }, mayCommit: false };
      if (used < maxBytes) return { full: null, mayCommit: true };
      const heldBy = retention.heldBy() ?? 'it is being shortened';
      return { full: { kind: 'limit', maxBytes, heldBy }, mayCommit: used < mostBytes };
    },
    diskFull() {
      reserve.release();
      isDiskFull = true;
      shorten();
    },
    committed(bytes) {
      unseen = { bytes: unseen.bytes + bytes, commits: unseen.commits + 1 };
      if (unseen.bytes < unseenBytes && unseen.commits < mostUnseenCommits) return;
      seeSize();
      if (used >= maxBytes * (15 / 16)) shorten();
    },
    look() {
      seeSize();
      shorten();
      if (!isDiskFull) void reserve.grow(wanted());
    },
  };
}

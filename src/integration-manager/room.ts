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
  /** A commit found the disk full: what was held ready is given away, first of all for what removal takes. */
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
   * A little above the limit, and on a full disk while more is left than removal takes, results are written still: what
   * was accepted comes to its end, and periods of looking are attested. Without that nothing could ever be removed again.
   */
  readonly mayCommit: boolean;
}

/** So much may be committed between two looks at the size, unless that is much of what may be. */
const mostUnseenBytes = 1024 * 1024;
const mostUnseenCommits = 16;
const stepBytes = 1024 * 1024;
/** What is free within the file is as good as what is held ready beside it: so much of it, and this at least. */
const enoughOfFile = 1 / 4;
const leastEnoughBytes = 1024 * 1024;
/** Of what is enough: with less than the first the disk is as good as full, and the second is for removal alone. */
const low = 1 / 2;
const forRemoval = 1 / 4;
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
  const enough = () =>
    Math.min(wanted(), Math.max(journal.size().fileBytes * enoughOfFile, leastEnoughBytes));
  const freeInFile = () => {
    const { usedBytes, fileBytes } = journal.size();
    return fileBytes - usedBytes;
  };
  /** Wherever there are pages to be had. */
  const left = () => freeInFile() + reserve.sizeBytes() + reserve.freeBytes();
  const giveAway = () => {
    reserve.release();
    isDiskFull = true;
    shorten();
  };
  const seeSize = () => {
    unseen = { bytes: 0, commits: 0 };
    used = journal.size().usedBytes;
    // Where nothing could be held ready again, that much within the file is not to be used up unseen.
    if (!isDiskFull && left() < enough() * low) giveAway();
  };
  const hasDiskAgain = () => {
    const target = wanted();
    if (reserve.sizeBytes() >= target || freeInFile() >= enough()) return true;
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
      if (isDiskFull) return { full: { kind: 'disk' }, mayCommit: left() >= enough() * forRemoval };
      if (used < maxBytes) return { full: null, mayCommit: true };
      const heldBy = retention.heldBy() ?? 'it is being shortened';
      return { full: { kind: 'limit', maxBytes, heldBy }, mayCommit: used < mostBytes };
    },
    diskFull: giveAway,
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

import { once } from 'node:events';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { journalDir, type Project } from '../../config/project.ts';
import type { Batch } from '../../journal/batch.ts';
import { followBatches, recordsIn } from '../../journal/follow.ts';
import type { JournalInfo, JournalReader } from '../../journal/journal.ts';
import { type Moment, sequenceFrom } from '../../journal/moment.ts';
import { decodeRanges, receiptTopic } from '../../transport/word-frame.ts';
import { openBell } from '../bell.ts';
import { countText } from '../count-text.ts';
import { withJournal } from '../journal-access.ts';
import type { Output } from '../output.ts';
import { removedText } from '../removed-text.ts';
import type { EventFilter } from './filter.ts';
import { createLateness } from './lateness.ts';
import { createPace } from './pace.ts';
import { isReaderGone } from './reader-gone.ts';
import { Sighting } from './sighting.ts';
import { createUnheard } from './unheard.ts';
import type { View } from './view.ts';

export interface Tapping {
  readonly project: Project;
  readonly output: Output;
  readonly filter: EventFilter;
  /** From now on when undefined. */
  readonly from: Moment | 'beginning' | undefined;
  /** Ends after so many wanted events. */
  readonly count: number | undefined;
  /** False to end with what is there already. */
  readonly isFollowing: boolean;
  readonly signal: AbortSignal;
  /** Called once, when the journal is open; `first` is the sequence that it begins at. */
  readonly open: (journal: JournalInfo, first: number) => View;
}

/**
 * Hands every wanted event to the view, in order and each once, until there were enough of them, nothing more is waited
 * for, or the signal aborts. The node may come and go, and so may its journal.
 */
export async function tapJournal(tapping: Tapping): Promise<void> {
  let view: View | undefined;
  let left = tapping.count ?? Number.POSITIVE_INFINITY;
  let filled = 0;
  let from = tapping.from;
  for (let isOver = false; !isOver; ) {
    await withJournal(tapping.project, async (reader) => {
      const journal = reader.info();
      const first = firstOf(reader, journal, from);
      view ??= tapping.open(journal, first);
      const life = await followLife({ ...tapping, reader, journal, view, first, left });
      left -= life.taken;
      filled += life.filled;
      isOver = !life.isReplaced;
      from = 'beginning';
    });
    if (!isOver) tapping.output.note('— another journal begins here');
  }
  view?.end(filled);
}

function firstOf(reader: JournalReader, journal: JournalInfo, from: Tapping['from']): number {
  if (from === undefined) return journal.nextSequence;
  return from === 'beginning' ? journal.firstSequence : Math.max(1, sequenceFrom(reader, from));
}

interface Life extends Tapping {
  readonly reader: JournalReader;
  readonly journal: JournalInfo;
  readonly view: View;
  readonly first: number;
  readonly left: number;
}

/** Follows one journal, until another one lies in its place or the tap is over. */
async function followLife(life: Life): Promise<{ taken: number; filled: number; isReplaced: boolean }> {
  const { project, output, filter, reader, journal, view, isFollowing, signal } = life;
  const path = join(journalDir(project), 'data.mdb');
  const file = fileOf(path);
  const replaced = new AbortController();
  const unheard = createUnheard();
  const end = isFollowing ? Number.POSITIVE_INFINITY : journal.nextSequence;
  let [next, taken, filled] = [Math.max(life.first, journal.firstSequence), 0, 0];

  const tellUnheard = () => {
    const count = unheard.taken(next - 1);
    filled += count;
    if (count > 0) output.note(`— ${countText(count, 'event')} filled from the journal`);
  };
  const lateness = createLateness();
  const tellBehind = (shownUpTo: number) => {
    const text = lateness.textAt(shownUpTo, Date.now());
    if (text !== undefined) output.note(text);
  };
  /** False when that was enough. */
  const take = (batch: Batch): boolean => {
    if (batch.firstSequence > next) output.note(removedText(next, batch.firstSequence - 1));
    const isTopic = (topic: string, bytes: Buffer) => filter.isTopic(topic) && filter.mayBeIn(topic, bytes);
    for (const record of recordsIn(batch, next, isTopic)) {
      if (record.sequence >= end) return false;
      if (!filter.mayBeIn(record.topic, record.record)) continue;
      const sighting = new Sighting(record, journal);
      if (!filter.isWanted(sighting)) continue;
      view.take(sighting);
      if (++taken >= life.left) return false;
    }
    next = batch.firstSequence + batch.count;
    return next < end;
  };

  const bell = isFollowing
    ? await openBell(project, [receiptTopic], {
        heard: ({ head }) => unheard.heard(decodeRanges(head)),
        nodeIs(isUp) {
          if (!isUp) output.note('waiting for the node');
          else if (fileOf(path) !== file) replaced.abort();
        },
      })
    : undefined;
  const gone = firstGone(life);
  if (gone !== undefined) output.note(removedText(gone, journal.firstSequence - 1));
  output.note(`from seq ${next} on${isFollowing ? ' · Ctrl-C ends' : ''}`);
  // Who only wants what is there already is not watching.
  const pace = isFollowing ? createPace() : undefined;
  let turnEnds = performance.now() + turnMs;
  const batches = followBatches({
    reader,
    from: next,
    wake: bell?.wake,
    restMs: () => Math.max(leastRestMs, pace?.restMs() ?? 0),
    signal: AbortSignal.any([signal, replaced.signal]),
    caughtUp() {
      const now = Date.now();
      if (isFollowing) view.tick(now);
      view.flush();
      tellUnheard();
      if (isReaderGone()) return undefined;
      // The next second begins with a line, where lines are by the second.
      return isFollowing ? 1000 - (now % 1000) : undefined;
    },
  });
  try {
    for await (const batch of batches) {
      const isMore = take(batch);
      if (!isMore) break;
      if (performance.now() < turnEnds) continue;
      view.flush();
      await outputTaken(signal);
      // Signals and rings are heard between two turns, however much there is to read.
      const restMs = pace?.restMs() ?? 0;
      if (restMs === 0) await nextTurn();
      else {
        await pause(restMs, undefined, { signal }).catch(() => {});
        tellBehind(batch.time);
      }
      turnEnds = performance.now() + turnMs;
    }
    tellUnheard();
    view.flush();
  } finally {
    bell?.close();
  }
  return { taken, filled, isReplaced: replaced.signal.aborted && !signal.aborted };
}

/** The first of what was asked for and retention has removed; undefined when all of it is there. */
function firstGone({ from, first, journal: { firstSequence } }: Life): number | undefined {
  if (firstSequence === 1 || from === undefined || first > firstSequence) return undefined;
  if (first < firstSequence) return first;
  // A time before the oldest event leads to that one, as the beginning does.
  return from === 'beginning' || from.kind === 'time' ? 1 : undefined;
}

const turnMs = 20;
/** Nobody reads faster; what comes alone is shown at once. */
const leastRestMs = 100;

/** Whoever reads slower than the journal is read must not make us hold the journal. */
async function outputTaken(signal: AbortSignal): Promise<void> {
  if (!process.stdout.writableNeedDrain) return;
  await once(process.stdout, 'drain', { signal }).catch(() => {});
}

function fileOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}

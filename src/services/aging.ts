import { formatSubjectName } from '../model/subject-name.ts';
import type { TargetNotice } from '../model/target-notice.ts';
import type { Tasking } from '../model/tasking.ts';
import { type Due, heapify, siftDown } from './due-heap.ts';

/*
 * When to look whether a target was looked at, as a pure core: no clock, no I/O. Each target with a `max_age` is looked
 * up when its last observation would be too old, which is as seldom as `max_age` says. The State Manager decides, for
 * only it sees the row that is there when the word is committed; what is said here too often ends there.
 */

export interface Aging {
  readonly node: string;
  tasking: Tasking | undefined;
  heap: Entry[];
}

/** What the row of a target says; undefined when there is none. */
export interface LastSeen {
  readonly seenAt: number;
  /** Stale already, or retired. */
  readonly isSilent: boolean;
}

/** A task for the flow AgeTarget. */
export interface AgedTarget {
  /** Not the target's own: it must not wait behind the observation that does not come. */
  readonly key: string;
  /** The target's own key: the event is about it. */
  readonly subject: string;
  readonly notice: TargetNotice;
}

interface Entry extends Due {
  readonly target: Tasking['targets'][number];
  readonly maxAgeMs: number;
  readonly key: string;
  readonly subject: string;
}

export const agingSource = 'aging';
export const ageFlow = 'AgeTarget';

export function createAging(node: string): Aging {
  return { node, tasking: undefined, heap: [] };
}

/** From now on these; each is looked up once at once, for nobody knows how long nobody ran. */
export function setAgingTasking(aging: Aging, tasking: Tasking, nowMs: number): void {
  const { node } = aging;
  aging.tasking = tasking;
  aging.heap = tasking.targets.flatMap((target): Entry[] => {
    const { kind, domain, maxAgeMs } = target;
    if (maxAgeMs === undefined) return [];
    const key = formatSubjectName({ node, kind: 'command', method: kind, domain });
    const subject = formatSubjectName({ node, kind: 'event', method: kind, domain });
    return [{ target, maxAgeMs, key, subject, dueMs: nowMs }];
  });
  heapify(aging.heap);
}

/** At most `room` targets that nobody seems to have looked at for too long. */
export function takeOverdue(
  { heap, tasking }: Aging,
  nowMs: number,
  lastSeen: (key: string) => LastSeen | undefined,
  room = Number.POSITIVE_INFINITY,
): AgedTarget[] {
  const overdue: AgedTarget[] = [];
  for (let entry = heap[0]; entry && entry.dueMs <= nowMs && overdue.length < room; entry = heap[0]) {
    const { target, maxAgeMs, key, subject } = entry;
    const seen = lastSeen(subject);
    const tooOldAt = seen && !seen.isSilent ? seen.seenAt + maxAgeMs + 1 : Number.POSITIVE_INFINITY;
    entry.dueMs = tooOldAt > nowMs ? Math.min(tooOldAt, nowMs + maxAgeMs) : nowMs + maxAgeMs;
    siftDown(heap);
    if (tooOldAt > nowMs || !tasking) continue;
    const { revision, hash, serial } = tasking;
    overdue.push({
      key,
      subject,
      notice: { target, policy: { revision, hash }, serial, time: nowMs },
    });
  }
  return overdue;
}

import { timeText } from '../time-text.ts';

/** What was committed within one second. */
export interface RateLine {
  /** When the second began, ms since the epoch. */
  readonly second: number;
  readonly total: number;
  /** Events of each topic, the most first. */
  readonly topics: readonly (readonly [topic: string, count: number])[];
}

/**
 * Counts events by the second in which they were committed, so that the past has the same lines as it had when it was
 * the present. Seconds without events have a line only while somebody watches.
 */
export interface Rates {
  /** Returns the seconds that are over by that. */
  add(topic: string, time: number, count?: number): RateLine[];
  /** Everything up to `now` was seen. */
  tick(now: number): RateLine[];
  /** The second that is not over yet, if anything was in it. */
  end(): RateLine[];
}

export function createRates(): Rates {
  let second: number | undefined;
  let counts = new Map<string, number>();
  const close = (): RateLine[] => {
    if (second === undefined) return [];
    const topics = [...counts].sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1));
    const total = topics.reduce((sum, [, count]) => sum + count, 0);
    const line = { second, total, topics };
    counts = new Map();
    return [line];
  };
  return {
    add(topic, time, count = 1) {
      const its = secondOf(time);
      // A clock that was set back: what comes belongs to the second that is open.
      const lines = second !== undefined && its > second && counts.size > 0 ? close() : [];
      second = Math.max(its, second ?? its);
      counts.set(topic, (counts.get(topic) ?? 0) + count);
      return lines;
    },
    tick(now) {
      const present = secondOf(now);
      if (second === undefined || present < second) {
        second ??= present;
        return [];
      }
      const lines: RateLine[] = [];
      if (present - second > mostSilentMs) {
        if (counts.size > 0) lines.push(...close());
        second = present;
      }
      for (; second < present; second += 1000) lines.push(...close());
      return lines;
    },
    end: () => (counts.size > 0 ? close() : []),
  };
}

/** `10:04:02   1240/s  Orders/taken/ 1200 · ObserveTarget/changed/ 40` */
export function rateText({ second, total, topics }: RateLine, now: number): string {
  const shown = topics.slice(0, mostTopics).map(([topic, count]) => `${topic} ${count}`);
  const others = topics.slice(mostTopics).reduce((sum, [, count]) => sum + count, 0);
  if (others > 0) shown.push(`${topics.length - mostTopics} others ${others}`);
  return `${timeText(second, now)}  ${String(total).padStart(6)}/s  ${shown.join(' · ')}`.trimEnd();
}

const mostTopics = 5;
/** A machine that slept gets no line for each second of it. */
const mostSilentMs = 10_000;

function secondOf(time: number): number {
  return Math.floor(time / 1000) * 1000;
}

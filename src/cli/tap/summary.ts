import { humanDuration } from '../../model/duration.ts';
import { printable, shorten } from '../../model/facts-text.ts';
import { alignColumns } from '../columns.ts';
import { countText } from '../count-text.ts';
import { isoText } from '../time-text.ts';

/** What has been seen. */
export interface Summary {
  readonly events: number;
  /** Of their bodies. */
  readonly bytes: number;
  /** Null when there was none. */
  readonly first: Place | null;
  readonly last: Place | null;
  /** Between the first and the last one, as they were committed. */
  readonly seconds: number;
  readonly perSecond: number;
  readonly types: readonly Count[];
  readonly topics: readonly Count[];
  readonly targets: readonly Count[];
  /** Those that the node's bell did not tell of. */
  readonly filled: number;
}

interface Place {
  readonly sequence: number;
  /** RFC 3339. */
  readonly time: string;
}

export interface Count {
  readonly name: string;
  readonly events: number;
}

export interface Tally {
  add(seen: Seen): void;
  summary(filled: number): Summary;
}

export interface Seen {
  readonly sequence: number;
  /** Ms since the epoch. */
  readonly time: number;
  readonly topic: string;
  readonly type: string;
  readonly target: string;
  readonly bytes: number;
}

export function createTally(): Tally {
  const [types, topics, targets] = [createCounts(), createCounts(), createCounts()];
  let [events, bytes, earliest, latest] = [0, 0, Number.POSITIVE_INFINITY, 0];
  let first: Place | null = null;
  let last: Seen | undefined;
  return {
    add(seen) {
      first ??= { sequence: seen.sequence, time: isoText(seen.time) };
      last = seen;
      events++;
      bytes += seen.bytes;
      earliest = Math.min(earliest, seen.time);
      latest = Math.max(latest, seen.time);
      types.add(seen.type);
      topics.add(seen.topic);
      targets.add(seen.target);
    },
    summary(filled) {
      const seconds = last ? (latest - earliest) / 1000 : 0;
      return {
        events,
        bytes,
        first,
        last: last ? { sequence: last.sequence, time: isoText(last.time) } : null,
        seconds,
        // What is seen within one moment has no rate.
        perSecond: seconds > 0 ? Number((events / seconds).toPrecision(3)) : 0,
        types: types.sorted(),
        topics: topics.sorted(),
        targets: targets.sorted(),
        filled,
      };
    },
  };
}

export function summaryLines(summary: Summary): string[] {
  const { events, bytes, first, last, seconds, perSecond, types, topics, targets, filled } = summary;
  if (!first || !last) return ['nothing was seen'];
  const span =
    first.sequence === last.sequence ? `seq ${first.sequence}` : `seq ${first.sequence}–${last.sequence}`;
  const head = [
    countText(events, 'event'),
    span,
    seconds > 0 && `in ${humanDuration(seconds * 1000)}, ${perSecond}/s`,
    `${bytes} bytes`,
    filled > 0 && `${filled} filled from the journal`,
  ];
  return [
    head.filter((part) => part !== false).join(' · '),
    ...countLines('type', types, seconds),
    ...countLines('topic', topics, seconds),
    ...countLines('target', targets, seconds),
  ];
}

function countLines(kind: string, counts: readonly Count[], seconds: number): string[] {
  const rows = counts.slice(0, mostShown).map(({ name, events }, index) => {
    const rate = seconds > 0 ? `${Number((events / seconds).toPrecision(2))}/s` : '';
    return [index === 0 ? kind.padEnd(6) : ' '.repeat(6), shorten(printable(name)), String(events), rate];
  });
  const more = counts.length - mostShown;
  return [...alignColumns(rows), ...(more > 0 ? [`${' '.repeat(8)}and ${more} more`] : [])];
}

const mostShown = 10;
/** Names that are counted one by one; a journal may have more targets than anybody reads of. */
const mostNames = 10_000;
const otherNames = '(others)';

function createCounts() {
  const counts = new Map<string, number>();
  return {
    add(name: string) {
      const known = counts.get(name);
      const its = known !== undefined || counts.size < mostNames ? name : otherNames;
      counts.set(its, (counts.get(its) ?? 0) + 1);
    },
    sorted: (): Count[] =>
      Array.from(counts, ([name, events]) => ({ name, events })).sort(
        (a, b) => b.events - a.events || (a.name < b.name ? -1 : 1),
      ),
  };
}

import { checkRecord, laneEnd, readField, readNumber } from '../model/envelope.ts';
import { frameHeaderBytes } from '../transport/frame.ts';
import type { Lane } from './lane.ts';
import { laneOf, type SubjectState, take } from './subject.ts';

interface KnownLane {
  readonly source: string;
  readonly key: string;
  readonly group: string;
  lane: Lane;
}

/** Lanes by the bytes that name them, so that a task costs one look-up and no string of its own. */
export type LaneCache = Map<string, KnownLane>;

const cacheLimit = 100_000;

/** Takes all tasks of a frame in, or none: the frame is checked before the first one is taken. @throws envelope.malformed */
export function takeFrame(
  state: SubjectState,
  cache: LaneCache,
  frame: Buffer,
  start = frameHeaderBytes,
): number {
  let count = 0;
  for (let at = start; at < frame.length; count++) at += checkRecord(frame, at, frame.length);
  for (let at = start; at < frame.length; ) at = takeRecord(state, cache, frame, at);
  return count;
}

function takeRecord(state: SubjectState, cache: LaneCache, frame: Buffer, start: number): number {
  const end = start + frame.readUInt32LE(start);
  // Lengths and bytes of source, key and group: equal text is the same lane.
  const name =
    frame.toString('latin1', start + 32, start + 38) +
    frame.toString('latin1', start + 56, laneEnd(frame, start));
  let known = cache.get(name);
  if (!known) {
    const [source, key, group] = (['source', 'key', 'group'] as const).map((field) =>
      readField(frame, start, field),
    );
    known = { source: source!, key: key!, group: group!, lane: laneOf(state, key!) };
    if (cache.size >= cacheLimit) cache.clear();
    cache.set(name, known);
  }
  if (known.lane.forgotten) known.lane = laneOf(state, known.key);
  take(state, known.lane, {
    frame,
    start,
    end,
    source: known.source,
    number: readNumber(frame, start),
    group: known.group,
    attempt: frame[start + 5]!,
  });
  return end;
}

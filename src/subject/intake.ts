import { checkRecord, readNumber } from '../model/envelope.ts';
import type { LaneCache } from './lane-cache.ts';
import { laneOf, type SubjectState, take } from './subject.ts';

/** Takes all tasks from `start` on, or none: everything is checked before the first one is taken. @throws envelope.malformed */
export function takeFrame(state: SubjectState, cache: LaneCache, frame: Buffer, start: number): number {
  let count = 0;
  for (let at = start; at < frame.length; count++) at += checkRecord(frame, at, frame.length);
  const laneFor = (key: string) => laneOf(state, key);
  for (let at = start; at < frame.length; ) {
    const end = at + frame.readUInt32LE(at);
    const known = cache.find(frame, at, laneFor);
    if (known.lane.forgotten) known.lane = laneOf(state, known.key);
    take(state, known.lane, {
      frame,
      start: at,
      end,
      source: known.source,
      number: readNumber(frame, at),
      group: known.group,
      attempt: frame[at + 5]!,
    });
    at = end;
  }
  return count;
}

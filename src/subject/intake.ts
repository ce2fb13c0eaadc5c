import { checkRecord, headerBytes, laneEnd, readMoments, readNumber } from '../model/envelope.ts';
import { PolarError } from '../model/errors.ts';
import { pendingSource } from '../model/run.ts';
import type { KnownLane, LaneCache } from './lane-cache.ts';
import { laneOf, type SubjectState, take } from './subject.ts';

/** Where tasks come from: rows of `pending` are read from the journal, and nobody can send one. */
export type Origin = 'socket' | 'journal';

/** Takes all tasks from `start` on, or none: everything is checked before the first one is taken. @throws envelope.malformed */
export function takeFrame(
  state: SubjectState,
  cache: LaneCache,
  frame: Buffer,
  start: number,
  origin: Origin = 'socket',
): number {
  const lanes: KnownLane[] = [];
  for (let at = start; at < frame.length; ) {
    const length = checkRecord(frame, at, frame.length);
    if (origin === 'socket') checkHead(frame, at);
    const known = cache.find(frame, at);
    if (origin === 'socket' && known.source === pendingSource) throw malformed('is no row of the journal');
    lanes.push(known);
    at += length;
  }
  let at = start;
  for (const known of lanes) {
    const end = at + frame.readUInt32LE(at);
    if (!known.lane || known.lane.forgotten) known.lane = laneOf(state, known.key);
    take(state, known.lane, {
      frame,
      start: at,
      end,
      source: known.source,
      number: readNumber(frame, at),
      group: known.group,
      isOwn: known.isOwn,
      attempt: frame[at + 5]!,
    });
    at = end;
  }
  return lanes.length;
}

/** Of source, key, group and flow together: they are names, and many are kept. */
const maxNameBytes = 4096;
/** The furthest that a date can be from 1970, in ms. */
const furthestMs = 8.64e15;

// A number that is none is never settled, for it is not above any other and not below: its task would come again and
// again. A time that is none has no date.
function checkHead(frame: Buffer, start: number): void {
  const { time, deadline } = readMoments(frame, start);
  const isSound =
    Number.isFinite(readNumber(frame, start)) &&
    Math.abs(time) <= furthestMs &&
    Math.abs(deadline) <= furthestMs;
  if (!isSound) throw malformed('has a number or a time that is none');
  if (laneEnd(frame, start) - start - headerBytes > maxNameBytes)
    throw malformed('has names that are too long');
}

function malformed(what: string): PolarError {
  return new PolarError('envelope.malformed', `A record ${what}.`);
}

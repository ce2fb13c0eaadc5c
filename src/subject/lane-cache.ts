import { laneEnd, maxKeyBytes, readField } from '../model/envelope.ts';
import { PolarError } from '../model/errors.ts';
import { ownFlows } from '../model/own-flows.ts';
import type { Lane } from './lane.ts';

/** A lane as a source names it. */
export interface KnownLane {
  readonly source: string;
  readonly key: string;
  readonly group: string;
  /** Of one of the product's own flows. */
  readonly isOwn: boolean;
  /** Undefined until a task of it is taken. */
  lane: Lane | undefined;
  readonly name: Buffer;
}

/** Past this the cache begins anew: keys may be as many as a source likes. */
const limit = 100_000;
/** Where the lengths of source, key, group and flow stand in a record, and where their text begins. */
const lengthsAt = 32;
const lengthsBytes = 8;
const textAt = 56;

/**
 * Lanes by the bytes that name them: source, key, group and flow lie side by side in a record, so a task costs a hash
 * over some fifty bytes and one comparison, and makes no string.
 */
export class LaneCache {
  readonly #buckets = new Map<number, KnownLane[]>();
  #size = 0;

  /** @throws envelope.malformed for names that no source has */
  find(frame: Buffer, start: number): KnownLane {
    const end = laneEnd(frame, start);
    const hash = hashOf(frame, start, end);
    const bucket = this.#buckets.get(hash);
    if (bucket) {
      for (const known of bucket) if (isNamed(known, frame, start, end)) return known;
    }
    const [source, key] = [readField(frame, start, 'source'), readField(frame, start, 'key')];
    // A byte that is no text is three as text, and that is what the journal has for a key. Marks are kept by source,
    // in an object.
    if (Buffer.byteLength(key) > maxKeyBytes || source === '__proto__') throw unnameable();
    const known: KnownLane = {
      source,
      key,
      group: readField(frame, start, 'group'),
      isOwn: ownFlows.has(readField(frame, start, 'flow')),
      lane: undefined,
      name: Buffer.concat([
        frame.subarray(start + lengthsAt, start + lengthsAt + lengthsBytes),
        frame.subarray(start + textAt, end),
      ]),
    };
    this.#keep(hash, known);
    return known;
  }

  #keep(hash: number, known: KnownLane): void {
    if (this.#size++ >= limit) {
      this.#buckets.clear();
      this.#size = 1;
    }
    const bucket = this.#buckets.get(hash);
    if (bucket) bucket.push(known);
    else this.#buckets.set(hash, [known]);
  }
}

function unnameable(): PolarError {
  return new PolarError('envelope.malformed', 'A record has a source or a key that is no name.');
}

/** FNV-1a, 31 bits: lengths first, so that "ab" + "c" is not "a" + "bc". */
function hashOf(frame: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start + lengthsAt; at < start + lengthsAt + lengthsBytes; at++)
    hash = Math.imul(hash ^ frame[at]!, 0x01000193);
  for (let at = start + textAt; at < end; at++) hash = Math.imul(hash ^ frame[at]!, 0x01000193);
  return hash & 0x3fffffff;
}

function isNamed({ name }: KnownLane, frame: Buffer, start: number, end: number): boolean {
  if (name.length !== lengthsBytes + end - (start + textAt)) return false;
  for (let index = 0; index < lengthsBytes; index++)
    if (name[index] !== frame[start + lengthsAt + index]) return false;
  for (let index = lengthsBytes; index < name.length; index++)
    if (name[index] !== frame[start + textAt + index - lengthsBytes]) return false;
  return true;
}

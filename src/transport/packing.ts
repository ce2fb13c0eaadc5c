import { Packr } from 'msgpackr';
import { messageOf, PolarError } from '../model/errors.ts';

// Without record structures a message explains itself: both ends may be restarted at any time.
const packr = new Packr({ useRecords: false });

export function pack(value: unknown): Buffer {
  return packr.pack(value);
}

/** @throws envelope.malformed */
export function unpack(bytes: Buffer): unknown {
  try {
    return packr.unpack(bytes);
  } catch (cause) {
    throw new PolarError('envelope.malformed', `A frame cannot be unpacked: ${messageOf(cause)}.`, { cause });
  }
}

/** For what was unpacked and is not what it should be. */
export function misshapen(what: string): PolarError {
  return new PolarError('envelope.malformed', `A frame holds something that is no ${what}.`);
}

import { codeOf, messageOf } from '../model/errors.ts';

/** Why a frame, or a word in one, is not taken. */
export type Reason =
  /** It cannot be read, or says what cannot be. */
  | 'malformed'
  /** It is a frame of ours that does not belong at this socket. */
  | 'misplaced'
  /** It speaks for a process that does not live, or has said this before. */
  | 'stranger'
  /** It comes from another version of the package. */
  | 'version';

export interface Rejections {
  readonly counts: Readonly<Partial<Record<Reason, number>>>;
  readonly total: number;
  note(reason: Reason, fields: Readonly<Record<string, unknown>>): void;
  /** Of a frame that could not be decoded. A mistake of ours is none of its reasons, and is thrown on. */
  noteUnreadable(frame: Buffer, error: unknown): void;
}

/** Counts what is refused. `say` hears of the first of each reason, the second, the fourth, …: whoever floods a socket does not fill the log. */
export function createRejections(say: (fields: Readonly<Record<string, unknown>>) => void): Rejections {
  const counts: Partial<Record<Reason, number>> = {};
  let total = 0;
  const note: Rejections['note'] = (reason, fields) => {
    const count = (counts[reason] ?? 0) + 1;
    counts[reason] = count;
    total++;
    if ((count & (count - 1)) === 0) say({ event: 'frame.rejected', reason, count, ...fields });
  };
  return {
    counts,
    get total() {
      return total;
    },
    note,
    noteUnreadable(frame, error) {
      if (codeOf(error) !== 'envelope.malformed') throw error;
      note('malformed', { sizeBytes: frame.length, err: messageOf(error) });
    },
  };
}

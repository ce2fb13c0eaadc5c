import { codeOf, messageOf } from '../model/errors.ts';
import { type Batch, hashOf, recordsOf } from './batch.ts';
import type { JournalReader } from './journal.ts';

/** What the hash chain says of the journal from its oldest batch to its head. */
export type Verification =
  | {
      readonly holds: true;
      /** The oldest and the newest sequence; `last` is below `first` while the journal is empty. */
      readonly first: number;
      readonly last: number;
      readonly batches: number;
      /** Hex. */
      readonly head: string;
      /** The newest sequence under the given head; undefined when no batch has it, or none was given. */
      readonly anchoredAt: number | undefined;
      /** When retention last removed what was before `first`; null when nothing is missing there by that. */
      readonly removedAt: number | null;
    }
  | {
      readonly holds: false;
      /** The first that cannot be trusted. */
      readonly sequence: number;
      readonly problem: string;
    };

type Reader = Pick<JournalReader, 'info' | 'batchAt'>;

/**
 * Computes every hash again. That the chain holds says that the journal is consistent with itself; whoever can write
 * it can also compute a new chain, so only a head that was kept elsewhere (`against`, or its first hex characters)
 * says that nothing up to there was altered since.
 */
export function verifyJournal(
  reader: Reader,
  against?: string,
  /** Told after each batch up to which sequence the chain holds. */
  onChecked: (sequence: number) => void = () => {},
): Verification {
  const { nextSequence, head, ...begin } = reader.info();
  let { firstSequence, previousOfFirst: previous, removed } = begin;
  let expected = firstSequence;
  let batches = 0;
  let anchoredAt = isHead(against, previous) ? firstSequence - 1 : undefined;
  // What is committed while we look is not ours to judge: the head that was read first is the goal.
  while (expected < nextSequence) {
    const checked = checkNext(reader, expected, previous);
    if ('problem' in checked) {
      const now = reader.info();
      if (now.firstSequence <= expected)
        return { holds: false, sequence: expected, problem: checked.problem };
      // Retention was faster: it has removed what was to be read next.
      ({ firstSequence, previousOfFirst: previous, removed } = now);
      [expected, batches] = [firstSequence, 0];
      if (isHead(against, previous)) anchoredAt = firstSequence - 1;
      continue;
    }
    previous = checked.hash.toString('hex');
    expected = checked.firstSequence + checked.count;
    batches++;
    if (isHead(against, previous)) anchoredAt = expected - 1;
    onChecked(expected - 1);
  }
  // Behind the head that was read first is only what was committed and kept since.
  if (firstSequence <= nextSequence && (expected !== nextSequence || previous !== head)) {
    return {
      holds: false,
      sequence: Math.max(firstSequence, nextSequence - 1),
      problem: 'the chain does not end in the head',
    };
  }
  const removedAt = removed?.at ?? null;
  return { holds: true, first: firstSequence, last: nextSequence - 1, batches, head, anchoredAt, removedAt };
}

function checkNext(reader: Reader, expected: number, previous: string): Batch | { problem: string } {
  try {
    const found = reader.batchAt(expected);
    if (!found) return { problem: 'it is missing' };
    const { batch, bytes } = found;
    if (batch.firstSequence !== expected)
      return { problem: `it is missing; ${batch.firstSequence} comes next` };
    if (batch.previous.toString('hex') !== previous)
      return { problem: 'it does not follow the batch before it' };
    if (!hashOf(bytes).equals(batch.hash)) return { problem: 'its batch is not what was hashed' };
    for (const segment of batch.segments) for (const _ of recordsOf(segment));
    return batch;
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return { problem: `its batch cannot be read: ${messageOf(error)}` };
  }
}

function isHead(against: string | undefined, hash: string): boolean {
  return against !== undefined && hash.startsWith(against.toLowerCase());
}

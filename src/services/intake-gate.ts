import { formatByteSize } from '../model/byte-size.ts';
import { PolarError } from '../model/errors.ts';
import type { JournalFull } from '../topology/wire.ts';

/** What decides whether pushes are admitted at present. */
export interface Intake {
  readonly isStopping: boolean;
  /** The integration manager can write nothing for want of room. */
  readonly journalFull: JournalFull | null;
  /** Of people, about what is set aside or a sink: it may be what makes room. */
  readonly isOrder: boolean;
  /** Accepted tasks that wait in the journal, and how many may. */
  readonly pending: number;
  readonly maxPending: number;
}

/** Why nothing is admitted; undefined when it is. */
export function whyClosed({
  isStopping,
  journalFull,
  isOrder,
  pending,
  maxPending,
}: Intake): PolarError | undefined {
  if (isStopping) {
    return new PolarError('control.refused', 'The node is stopping.', { hint: 'Push again when it runs.' });
  }
  if (journalFull?.kind === 'limit' && !isOrder) {
    const { maxBytes, heldBy } = journalFull;
    return new PolarError(
      'journal.full',
      `The journal is at its limit of ${formatByteSize(maxBytes)}, and nothing of it may be removed: ${heldBy}.`,
      { hint: 'Push again later: it goes on by itself when that is over. Or raise max_size in polar.ini.' },
    );
  }
  if (journalFull?.kind === 'disk') {
    return new PolarError('journal.full', 'The disk that holds the journal is full.', {
      hint: 'Make room there, and push again: it goes on by itself.',
    });
  }
  if (pending < maxPending) return undefined;
  return new PolarError('intake.full', `${pending} accepted tasks wait already; ${maxPending} may.`, {
    hint: 'Push again when some are settled, or raise max_pending in polar.ini.',
  });
}

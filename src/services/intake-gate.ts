import { PolarError } from '../model/errors.ts';

/** What decides whether pushes are admitted at present. */
export interface Intake {
  readonly isStopping: boolean;
  /** The integration manager can write nothing for want of room. */
  readonly isJournalFull: boolean;
  /** Accepted tasks that wait in the journal, and how many may. */
  readonly pending: number;
  readonly maxPending: number;
}

/** Why nothing is admitted; undefined when it is. */
export function whyClosed({
  isStopping,
  isJournalFull,
  pending,
  maxPending,
}: Intake): PolarError | undefined {
  if (isStopping) {
    return new PolarError('control.refused', 'The node is stopping.', { hint: 'Push again when it runs.' });
  }
  if (isJournalFull) {
    return new PolarError('journal.full', 'The disk that holds the journal is full.', {
      hint: 'Make room there, and push again: it goes on by itself.',
    });
  }
  if (pending < maxPending) return undefined;
  return new PolarError('intake.full', `${pending} accepted tasks wait already; ${maxPending} may.`, {
    hint: 'Push again when some are settled, or raise max_pending in polar.ini.',
  });
}

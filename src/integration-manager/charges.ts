import { type Charge, chargeOf, laterOf, taskRef, withCharge } from '../model/charge.ts';
import type { Commit } from '../model/commit.ts';
import { type DeadLetter, type KeyRow, pendingSource, type Result } from '../model/run.ts';

interface ChargesView {
  keyRow(key: string): KeyRow | undefined;
  chargesOf(key: string): readonly Charge[];
  isPending(order: number): boolean;
}

/**
 * What failed attempts have cost, in the transaction of everything else: a charge is written unless its task is
 * settled by then, leaves with the result that settles it, and goes into the dead letter if that is how it ends.
 */
export function createCharges(view: ChargesView, commit: Commit) {
  const now = (key: string) => commit.charges.get(key) ?? view.chargesOf(key);
  const isSettled = (key: string, { source, number }: Charge) => {
    if (source === pendingSource) return !view.isPending(number);
    return number <= (view.keyRow(key)?.marks[source] ?? Number.NEGATIVE_INFINITY);
  };
  return {
    /** Before the results of the transaction. */
    add(key: string, charge: Charge): void {
      if (isSettled(key, charge)) return;
      const known = now(key);
      const before = chargeOf(known, charge);
      const later = laterOf(before, charge);
      if (later !== before) commit.charges.set(key, withCharge(known, later));
    },
    /** The result is written; its letters, each with what its task had cost. */
    settle({ key, marks, rows, deadLetters }: Result): readonly DeadLetter[] {
      const known = now(key);
      if (known.length === 0) return deadLetters;
      const left = known.filter(({ source, number }) =>
        source === pendingSource
          ? !rows.some(({ order }) => order === number)
          : !marks.some((mark) => mark.source === source && number <= mark.last),
      );
      if (left.length < known.length) commit.charges.set(key, left);
      return deadLetters.map((letter) => withHistory(letter, known));
    },
  };
}

function withHistory(letter: DeadLetter, charges: readonly Charge[]): DeadLetter {
  const charge = chargeOf(charges, taskRef(letter.record));
  if (!charge) return letter;
  const { history, redrives } = charge;
  return { ...letter, history, ...(redrives > 0 && { redrives }) };
}

import {
  type ChargedAttempt,
  chargedOnce,
  chargeOf,
  isOf,
  type KeyCharge,
  laterOf,
  noCharges,
  type TaskRef,
  withCharge,
} from '../model/charge.ts';
import { pendingSource } from '../model/run.ts';
import type { Lane, Settled, WaitingTask } from './lane.ts';
import type { SubjectState, SubjectView } from './subject-state.ts';

/*
 * Attempts are counted here and kept by the journal: each charge goes to the integration manager whole, so that a
 * later one makes up for one that was lost, and a new subject goes on counting from the rows that it finds.
 */

/** A task that comes again, to this subject or after another one, brings its attempts along. */
export function restoreAttempts({ charged }: SubjectState, lane: Lane, task: WaitingTask): void {
  if (charged.size === 0) return;
  const charge = chargeOf(charged.get(lane.key) ?? noCharges, task);
  if (!charge) return;
  task.attempt = charge.attempts;
  const deaths = charge.history.filter(({ code }) => code === 'worker.lost').length;
  lane.deaths = Math.max(lane.deaths, deaths);
}

/** The attempt has failed that the worker made at this task. */
export function chargeTask(
  state: SubjectState,
  lane: Lane,
  task: TaskRef,
  failure: Omit<ChargedAttempt, 'attempt' | 'time'>,
  view: SubjectView,
): void {
  const { key } = lane;
  const known = state.charged.get(key) ?? noCharges;
  // Also the journal's word: an earlier subject may have sent it a charge when this one had already read it.
  const written = chargeOf(view.chargesOf(key), task);
  const before = written ? laterOf(chargeOf(known, task), written) : chargeOf(known, task);
  const charge = chargedOnce(before, task, { ...failure, time: view.time() });
  state.charged.set(key, withCharge(known, charge));
  state.unsentCharges.push({ key, charge });
  for (const waiting of [...(lane.run?.tasks ?? []), ...lane.waiting]) {
    if (isOf(charge, waiting)) waiting.attempt = charge.attempts;
  }
}

/** What the integration manager is to be told. */
export function takeCharges(state: SubjectState): readonly KeyCharge[] {
  const charges = state.unsentCharges;
  if (charges.length > 0) state.unsentCharges = [];
  return charges;
}

/** A new integration manager may not have been told: it is told everything, and drops what it knows. */
export function sendAllCharges(state: SubjectState): void {
  state.unsentCharges = [...state.charged].flatMap(([key, charges]) =>
    charges.map((charge) => ({ key, charge })),
  );
}

/** What is settled costs nothing any more. */
export function forgetSettledCharges({ charged }: SubjectState, key: string, settled: Settled): void {
  if (charged.size === 0) return;
  const charges = charged.get(key);
  if (!charges) return;
  const left = charges.filter(({ source, number }) =>
    source === pendingSource ? settled.isPending(number) : number > settled.mark(source),
  );
  if (left.length > 0) charged.set(key, left);
  else charged.delete(key);
}

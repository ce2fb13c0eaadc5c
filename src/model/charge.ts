import { readField, readNumber } from './envelope.ts';

/**
 * What a task that is not settled has cost so far: how often its delivery failed, and how. The journal keeps it, so
 * that a task that kills whoever touches it is a dead letter in the end, whatever else dies meanwhile (R9).
 */
export interface Charge extends TaskRef {
  readonly attempts: number;
  /** The newest of them, oldest first. */
  readonly history: readonly ChargedAttempt[];
  /** How often it was a dead letter and was tried again; its attempts are counted anew each time. */
  readonly redrives: number;
}

/** Names a task among those of its key. */
export interface TaskRef {
  readonly source: string;
  readonly number: number;
}

export interface ChargedAttempt {
  /** Of the deliveries since it came, or was last retried; counted from 1. */
  readonly attempt: number;
  /** When it was charged, ms since the epoch. */
  readonly time: number;
  readonly worker: string;
  /** `worker.lost`, or what the method failed with. */
  readonly code: string;
  readonly message: string;
}

/** Charges of one key, as they travel. */
export interface KeyCharge {
  readonly key: string;
  readonly charge: Charge;
}

/** Of a history. */
export const mostAttempts = 10;
const mostMessageCharacters = 500;

export const noCharges: readonly Charge[] = [];

export function isOf(charge: Charge, { source, number }: TaskRef): boolean {
  return charge.number === number && charge.source === source;
}

export function chargeOf(charges: readonly Charge[], task: TaskRef): Charge | undefined {
  return charges.find((charge) => isOf(charge, task));
}

/** One more attempt of the task has failed. */
export function chargedOnce(
  before: Charge | undefined,
  { source, number }: TaskRef,
  failure: Omit<ChargedAttempt, 'attempt'>,
): Charge {
  const attempts = (before?.attempts ?? 0) + 1;
  const message = failure.message.slice(0, mostMessageCharacters);
  const history = [...(before?.history ?? []), { ...failure, attempt: attempts, message }];
  return { source, number, attempts, history: history.slice(-mostAttempts), redrives: before?.redrives ?? 0 };
}

/** Of two charges of one task the one that knows more. */
export function laterOf(one: Charge | undefined, other: Charge): Charge {
  if (!one || other.redrives > one.redrives) return other;
  return other.redrives === one.redrives && other.attempts > one.attempts ? other : one;
}

/** The list with this one in its place. */
export function withCharge(charges: readonly Charge[], charge: Charge): Charge[] {
  return [...charges.filter((other) => !isOf(other, charge)), charge];
}

/** Of an envelope's record. */
export function taskRef(record: Buffer): TaskRef {
  return { source: readField(record, 0, 'source'), number: readNumber(record, 0) };
}

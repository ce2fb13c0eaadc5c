import { type ChargedAttempt, mostAttempts, type TaskRef } from '../model/charge.ts';
import { maxKeyBytes } from '../model/envelope.ts';

/*
 * What was unpacked may be anything: these tell whether it is what it should be, before anybody acts on it.
 */

/** Its properties; none of what is no object. */
export function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

export function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/** Text that can be a key of the journal's tables. */
export function isKey(value: unknown): value is string {
  return isText(value) && Buffer.byteLength(value) <= maxKeyBytes;
}

/** 0, 1, 2, … */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

export function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

export function isBytes(value: unknown): value is Buffer {
  return Buffer.isBuffer(value);
}

/** What names a task among those of its key. */
export function isTask(value: unknown): value is TaskRef {
  const { source, number } = objectOf(value);
  return isText(source) && isNumber(number);
}

/** Of attempts that were charged to a task. */
export function isHistory(value: unknown): value is readonly ChargedAttempt[] {
  return (
    Array.isArray(value) &&
    value.length <= mostAttempts &&
    value.every((entry) => {
      const { attempt, time, worker, code, message } = objectOf(entry);
      return isCount(attempt) && isNumber(time) && [worker, code, message].every(isText);
    })
  );
}

/** What becomes of a failed message and of whoever failed on it. Pure, so that the answer never blocks. */
import { codeOf, type Disposition, errorCodes, messageOf } from '../model/errors.ts';

export interface FailureCase {
  readonly error: unknown;
  /** Deliveries so far, this one included. */
  readonly attempt: number;
  readonly maxAttempts?: number;
  /** `continue`: the step can do without; its failure is noted and the message goes on. */
  readonly stepSays?: Disposition | 'continue';
}

export interface Fate {
  readonly message: MessageFate;
  readonly failed: FailedFate;
}

export type MessageFate =
  | { readonly kind: 'continue' }
  | { readonly kind: 'retry'; readonly afterMs: number }
  | { readonly kind: 'dead-letter'; readonly reason: string };

export type FailedFate = 'continue' | 'restart' | 'stop' | 'escalate';

export const defaultMaxAttempts = 5;

/**
 * | the error                        | its message                          | who failed |
 * |----------------------------------|--------------------------------------|------------|
 * | code with disposition `retry`    | retried, dead letter after the last  | continues  |
 * | code with disposition `reject`   | dead letter                          | continues  |
 * | code with disposition `fatal`    | retried, dead letter after the last  | escalates  |
 * | no code (a programming mistake)  | retried, dead letter after the last  | stops, or restarts when permanent |
 */
export function decideFate(failure: FailureCase): Fate {
  return { message: fateOfMessage(failure), failed: fateOfFailed(failure.error, 'temporary') };
}

export function fateOfFailed(error: unknown, restart: 'permanent' | 'temporary'): FailedFate {
  const code = codeOf(error);
  if (code) return errorCodes[code].disposition === 'fatal' ? 'escalate' : 'continue';
  return restart === 'permanent' ? 'restart' : 'stop';
}

function fateOfMessage({ error, attempt, maxAttempts, stepSays }: FailureCase): MessageFate {
  const code = codeOf(error);
  const disposition = stepSays ?? (code ? errorCodes[code].disposition : 'retry');
  if (disposition === 'continue') return { kind: 'continue' };
  if (disposition === 'reject') return { kind: 'dead-letter', reason: messageOf(error) };
  if (attempt < (maxAttempts ?? defaultMaxAttempts)) return { kind: 'retry', afterMs: retryDelayMs(attempt) };
  return { kind: 'dead-letter', reason: `${messageOf(error)} (attempt ${attempt}, the last)` };
}

/**
 * The wait after a failed attempt: 200 ms, doubling up to 30 s.
 *
 * | attempt | 1   | 2   | 3   | 4    | 5    | 6    | 7     | 8     | 9 and on |
 * |---------|-----|-----|-----|------|------|------|-------|-------|----------|
 * | wait ms | 200 | 400 | 800 | 1600 | 3200 | 6400 | 12800 | 25600 | 30000    |
 */
export function retryDelayMs(attempt: number): number {
  return Math.min(30_000, 200 * 2 ** (attempt - 1));
}

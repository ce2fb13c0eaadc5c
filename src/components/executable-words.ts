import type { EmittedMessage, TaskInfo } from '../actors/component.ts';
import { type ErrorCode, errorCodes } from '../model/errors.ts';

/** What is said to an executable and what it says: JSON, one message a line. `docs/components.md` shows each of them. */

export type Answer =
  | { readonly kind: 'body'; readonly body: unknown; readonly emit: readonly EmittedMessage[] }
  | { readonly kind: 'end'; readonly reason: string; readonly emit: readonly EmittedMessage[] }
  | { readonly kind: 'error'; readonly code: ErrorCode; readonly message: string };

export type ParsedAnswer =
  | { readonly id: number; readonly answer: Answer }
  /** It answers nothing that could be asked; `problem` completes "a line that …". */
  | { readonly problem: string };

/** @throws TypeError, when the body is no JSON data */
export function formatRequest(id: number, method: string, body: unknown, task: TaskInfo): string {
  const { id: taskId, flow, key, subject, attempt, deadline } = task;
  const shown = { id: taskId, flow, key, subject, attempt, deadline: deadline === 0 ? null : deadline };
  return JSON.stringify({ id, method, body: body ?? null, task: shown });
}

/** An answer with a good id and nothing else that is right fails its request: somebody waits for it. */
export function parseAnswer(line: string): ParsedAnswer {
  let said: unknown;
  try {
    said = JSON.parse(line);
  } catch {
    return { problem: 'is no JSON' };
  }
  if (!isRecord(said)) return { problem: 'is no JSON object' };
  const { id } = said;
  if (!Number.isSafeInteger(id)) return { problem: 'has no id' };
  return { id: id as number, answer: answerOf(said) };
}

function answerOf({ body, end, error, emit = [] }: Readonly<Record<string, unknown>>): Answer {
  if (error !== undefined) return errorOf(error);
  if (!isMessages(emit)) return refused('emits something else than messages with flow, key and body');
  if (typeof end === 'string') return { kind: 'end', reason: end, emit };
  if (end !== undefined) return refused('ends without a reason');
  if (body === undefined) return refused('has neither body, end nor error');
  return { kind: 'body', body, emit };
}

function refused(problem: string): Answer {
  return { kind: 'error', code: 'body.not-data', message: `The answer ${problem}.` };
}

/**
 * A code of the product's table is taken at its word, except one that would end a process: that is not the
 * executable's to say. Any other is its own, and the task is tried again.
 */
function errorOf(error: unknown): Answer {
  const { code, message } = isRecord(error) ? error : { code: undefined, message: error };
  const text = typeof message === 'string' ? message : JSON.stringify(message ?? 'no message');
  const known = typeof code === 'string' && code in errorCodes ? (code as ErrorCode) : undefined;
  if (known && errorCodes[known].disposition !== 'fatal')
    return { kind: 'error', code: known, message: text };
  const said = typeof code === 'string' ? `${code}: ${text}` : text;
  return { kind: 'error', code: 'action.failed', message: said };
}

function isMessages(emit: unknown): emit is readonly EmittedMessage[] {
  return Array.isArray(emit) && emit.every(isMessage);
}

function isMessage(message: unknown): message is EmittedMessage {
  if (!isRecord(message)) return false;
  const { flow, key, body, id, subject, group, deadline } = message;
  return (
    [flow, key].every((text) => typeof text === 'string' && text !== '') &&
    [id, subject, group].every((text) => text === undefined || typeof text === 'string') &&
    (deadline === undefined || Number.isFinite(deadline)) &&
    body !== undefined
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

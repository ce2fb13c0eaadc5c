/**
 * What happens to an executable and to what it is asked, as a pure state machine: a shell carries out the effects and
 * reports what happened.
 *
 * It is started when it is first asked. One that ends by itself fails all that it was asked, for any of it may be the
 * reason. One that is killed because a request passed its deadline fails that one; the others are asked again of its
 * next life, for they are not to blame. Each start after an end waits as long as a restarted child does.
 */
import type { ErrorCode } from '../model/errors.ts';
import { countRestart, defaultIntensity, type Restart, restartDelayMs } from '../supervision/intensity.ts';
import { type Answer, parseAnswer } from './executable-words.ts';

export interface ExecutableState {
  /** `waiting`: for its start; `dying`: killed, its end is awaited; `stopped`: for good. */
  readonly phase: 'down' | 'waiting' | 'up' | 'dying' | 'stopped';
  /** Without an answer, by id, in the order of asking. While it is up all of them have been sent. */
  readonly asked: ReadonlyMap<number, string>;
  readonly ends: readonly Restart[];
  /** By the monotonic clock. */
  readonly startsAtMs: number;
  /** Lines that answer nothing, since the last answer. */
  readonly strangeInRow: number;
}

export type ExecutableEvent =
  /** `line` is the request; ids never come again. */
  | { readonly type: 'asked'; readonly id: number; readonly line: string; readonly atMs: number }
  | { readonly type: 'overdue'; readonly id: number }
  | { readonly type: 'started' }
  /** `text` is undefined of a line that was too long. */
  | { readonly type: 'line'; readonly text: string | undefined }
  /** It can answer no more. */
  | { readonly type: 'muted' }
  | { readonly type: 'ended'; readonly how: string; readonly atMs: number }
  | { readonly type: 'stopped' };

export type ExecutableEffect =
  /** Answered by `started`, or by `ended` when it cannot be. */
  | { readonly type: 'start'; readonly afterMs: number }
  | { readonly type: 'send'; readonly line: string }
  | { readonly type: 'answer'; readonly id: number; readonly answer: Answer }
  /** Answered by `ended`. */
  | { readonly type: 'kill'; readonly reason: string }
  | { readonly type: 'ignore'; readonly problem: string };

export interface ExecutableStep {
  readonly state: ExecutableState;
  readonly effects: readonly ExecutableEffect[];
}

/** A worker has few runs at a time, each with one call: past this something forgets to give up. */
const mostAsked = 1000;
const mostStrangeInRow = 100;

export const newExecutable: ExecutableState = {
  phase: 'down',
  asked: new Map(),
  ends: [],
  startsAtMs: 0,
  strangeInRow: 0,
};

export function superviseExecutable(state: ExecutableState, event: ExecutableEvent): ExecutableStep {
  switch (event.type) {
    case 'asked':
      return ask(state, event);
    case 'overdue':
      return giveUp(state, event.id);
    case 'started':
      return begin(state);
    case 'line':
      return hear(state, event.text);
    case 'muted':
      return state.phase === 'up'
        ? kill(failAll(state, 'closed its output'), 'closed its output')
        : same(state);
    case 'ended':
      return end(state, event);
    case 'stopped':
      return failAll({ ...state, phase: 'stopped' }, 'is stopped with its worker');
  }
}

function ask(
  state: ExecutableState,
  { id, line, atMs }: Extract<ExecutableEvent, { type: 'asked' }>,
): ExecutableStep {
  if (state.phase === 'stopped') return { state, effects: [failure(id, 'is stopped with its worker')] };
  if (state.asked.size >= mostAsked) {
    return { state, effects: [failure(id, `has ${mostAsked} requests without an answer`, 'intake.full')] };
  }
  const asked = new Map(state.asked).set(id, line);
  if (state.phase === 'up') return { state: { ...state, asked }, effects: [{ type: 'send', line }] };
  if (state.phase === 'down') return start({ ...state, asked }, atMs);
  return same({ ...state, asked });
}

function giveUp(state: ExecutableState, id: number): ExecutableStep {
  if (!state.asked.has(id)) return same(state);
  const late = failure(id, 'did not answer before the deadline', 'action.timeout');
  const left = without(state, id);
  // Not sent yet, or gone with its process: nobody works on it.
  if (state.phase !== 'up') return { state: left, effects: [late] };
  return kill({ state: left, effects: [late] }, 'did not answer before a deadline');
}

function begin(state: ExecutableState): ExecutableStep {
  if (state.phase !== 'waiting') return same(state);
  const effects = Array.from(state.asked.values(), (line) => ({ type: 'send', line }) as const);
  return { state: { ...state, phase: 'up', strangeInRow: 0 }, effects };
}

function hear(state: ExecutableState, text: string | undefined): ExecutableStep {
  // What a killed one still says is about requests that have failed or will be asked again.
  if (state.phase !== 'up') return same(state);
  const parsed = text === undefined ? { problem: 'is too long' } : parseAnswer(text);
  if ('problem' in parsed) return ignore(state, parsed.problem);
  const { id, answer } = parsed;
  if (!state.asked.has(id)) return ignore(state, 'answers what nobody asked');
  return { state: { ...without(state, id), strangeInRow: 0 }, effects: [{ type: 'answer', id, answer }] };
}

function ignore(state: ExecutableState, problem: string): ExecutableStep {
  const strangeInRow = state.strangeInRow + 1;
  const next = { ...state, strangeInRow };
  if (strangeInRow <= mostStrangeInRow) return { state: next, effects: [{ type: 'ignore', problem }] };
  const reason = `said ${strangeInRow} lines in a row that answer nothing`;
  return kill(failAll(next, reason), reason);
}

function end(
  state: ExecutableState,
  { how, atMs }: Extract<ExecutableEvent, { type: 'ended' }>,
): ExecutableStep {
  if (state.phase === 'stopped' || state.phase === 'down') return same(state);
  const { recent: ends } = countRestart(state.ends, { name: 'executable', atMs }, defaultIntensity);
  const startsAtMs = atMs + restartDelayMs(ends.length);
  const ended: ExecutableState = { ...state, phase: 'down', ends, startsAtMs };
  if (state.phase !== 'dying') return failAll(ended, `ended (${how})`);
  return ended.asked.size > 0 ? start(ended, atMs) : same(ended);
}

function start(state: ExecutableState, atMs: number): ExecutableStep {
  const afterMs = Math.max(0, state.startsAtMs - atMs);
  return { state: { ...state, phase: 'waiting' }, effects: [{ type: 'start', afterMs }] };
}

function kill({ state, effects }: ExecutableStep, reason: string): ExecutableStep {
  return { state: { ...state, phase: 'dying' }, effects: [...effects, { type: 'kill', reason }] };
}

function failAll(state: ExecutableState, reason: string): ExecutableStep {
  const effects = Array.from(state.asked.keys(), (id) => failure(id, reason));
  return { state: { ...state, asked: new Map() }, effects };
}

/** `reason` completes "The executable …". */
function failure(id: number, reason: string, code: ErrorCode = 'action.failed'): ExecutableEffect {
  return { type: 'answer', id, answer: { kind: 'error', code, message: `The executable ${reason}.` } };
}

function without(state: ExecutableState, id: number): ExecutableState {
  const asked = new Map(state.asked);
  asked.delete(id);
  return { ...state, asked };
}

function same(state: ExecutableState): ExecutableStep {
  return { state, effects: [] };
}

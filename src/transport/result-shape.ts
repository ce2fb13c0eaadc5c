import { checkRecord, readField } from '../model/envelope.ts';
import {
  type Child,
  type DeadLetter,
  type LetterOrder,
  type ParkedRow,
  pendingSource,
  type SettledRow,
  type StateWrite,
  type Unpark,
} from '../model/run.ts';
import { isBytes, isCount, isHistory, isKey, isNumber, isText, objectOf } from './shapes.ts';

/** A result but for its records and its evidence, which lie behind it in the frame. */
export type ResultHead = readonly [
  run: string,
  key: string,
  worker: string,
  marks: readonly (readonly [source: string, first: number, last: number, count: number])[],
  rows: readonly SettledRow[],
  states: readonly StateWrite[],
  children: readonly Child[],
  deadLetters: readonly DeadLetter[],
  parks: readonly ParkedRow[],
  unparks: readonly Unpark[],
  segments: readonly (readonly [topic: string, count: number, bytes: number])[],
  evidenceBytes: number,
  letterOrders: readonly LetterOrder[],
];

/**
 * All of it that the integration manager relies on: what it cannot write would end it, and again in its next life, and
 * what nobody can read would be in the journal for ever.
 */
export function isResultHead(head: unknown): head is ResultHead {
  if (!Array.isArray(head) || head.length !== tests.length) return false;
  for (let index = 0; index < tests.length; index++) if (!tests[index]!(head[index])) return false;
  return true;
}

type Test = (value: unknown) => boolean;
const each =
  (test: (item: Readonly<Record<string, unknown>>) => boolean): Test =>
  (list) =>
    Array.isArray(list) && (list.length === 0 || list.every((item) => test(objectOf(item))));
const eachOf =
  (length: number, test: (item: readonly unknown[]) => boolean): Test =>
  (list) =>
    Array.isArray(list) && list.every((item) => Array.isArray(item) && item.length === length && test(item));

const outcomes: readonly unknown[] = ['completed', 'ended', 'dead-lettered', 'parked'];

const tests: readonly Test[] = [
  isText,
  isKey,
  isText,
  eachOf(
    4,
    ([source, first, last, count]) =>
      isText(source) && source !== '__proto__' && isNumber(first) && isNumber(last) && isCount(count),
  ),
  each(
    ({ order, id, outcome, reason }) =>
      isCount(order) && isKey(id) && outcomes.includes(outcome) && isText(reason),
  ),
  each(({ actor, key, base, value }) => isKey(actor) && isKey(key) && isCount(base) && isBytes(value)),
  each(({ id, record }) => isKey(id) && isRow(record)),
  each(({ record, code, message }) => isRecord(record) && isText(code) && isText(message)),
  each(
    ({ correlationId, id, key, deadline, remaining, record }) =>
      [correlationId, id, key].every(isKey) &&
      isNumber(deadline) &&
      Array.isArray(remaining) &&
      remaining.every(isText) &&
      isRecord(record),
  ),
  each(
    ({ correlationId, id, resumed, reason }) =>
      isKey(correlationId) && isKey(id) && (resumed == null || isRow(resumed)) && isText(reason),
  ),
  eachOf(
    3,
    ([topic, count, bytes]) =>
      isText(topic) && Buffer.byteLength(topic) <= 0xffff && isCount(count) && isCount(bytes),
  ),
  isCount,
  each(({ order, retried }) => isCount(order) && (retried == null || isRetried(objectOf(retried)))),
];

function isRetried({ id, key, record, history, redrives }: Readonly<Record<string, unknown>>): boolean {
  return isKey(id) && isKey(key) && isRow(record) && isHistory(history) && isCount(redrives);
}

/** Exactly one record. */
function isRecord(bytes: unknown): boolean {
  try {
    return isBytes(bytes) && checkRecord(bytes, 0, bytes.length) === bytes.length;
  } catch {
    return false;
  }
}

/** A record that the subject can take from `pending`. */
function isRow(bytes: unknown): boolean {
  if (!isRecord(bytes)) return false;
  const record = bytes as Buffer;
  return readField(record, 0, 'source') === pendingSource && isKey(readField(record, 0, 'key'));
}

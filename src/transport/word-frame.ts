import type { Hello, Receipt, Report } from '../model/run.ts';
import { frameHeaderBytes, itemOf, itemsOf } from './frame.ts';
import { misshapen, pack, unpack } from './packing.ts';
import { isCount, isKey, isTask, isText, objectOf } from './shapes.ts';

/*
 * Words are small and per run, never per task: what a worker says to the subject, and receipts.
 */

export type Word =
  | { readonly type: 'hello'; readonly hello: Hello }
  | { readonly type: 'report'; readonly report: Report };

// A report comes with every run: it is a list, without the names of its fields.
export function encodeWord(word: Word): Buffer {
  if (word.type !== 'report') return itemOf([pack(word)]);
  const { run, worker, done, sentTo, failure } = word.report;
  return itemOf([pack(failure ? [run, worker, done, sentTo, failure] : [run, worker, done, sentTo])]);
}

/** @throws envelope.malformed */
export function* decodeWords(frame: Buffer): Generator<Word> {
  for (const { start, end } of itemsOf(frame, frameHeaderBytes)) {
    const word = unpack(frame.subarray(start, end));
    if (isReportList(word)) yield { type: 'report', report: reportOf(word) };
    else if (isHelloWord(word)) yield word;
    else throw misshapen('word');
  }
}

type Failure = NonNullable<Report['failure']>;
type ReportList =
  | readonly [run: string, worker: string, done: number, sentTo: string]
  | readonly [run: string, worker: string, done: number, sentTo: string, failure: Failure];

function reportOf([run, worker, done, sentTo, failure]: ReportList): Report {
  return failure ? { run, worker, done, sentTo, failure } : { run, worker, done, sentTo };
}

function isHelloWord(word: unknown): word is Word & { readonly type: 'hello' } {
  const { type, hello } = objectOf(word);
  return type === 'hello' && isHello(objectOf(hello));
}

function isHello({
  worker,
  incarnation,
  version,
  credit,
  runs,
}: Partial<Record<keyof Hello, unknown>>): boolean {
  return (
    [worker, incarnation, version].every(isText) &&
    isCount(credit) &&
    Array.isArray(runs) &&
    runs.every((run) => {
      const { id, key, first } = objectOf(run);
      return isText(id) && isKey(key) && isTask(first);
    })
  );
}

function isReportList(word: unknown): word is ReportList {
  if (!Array.isArray(word) || word.length < 4 || word.length > 5) return false;
  const [run, worker, done, sentTo, failure] = word as readonly unknown[];
  if (!isText(run) || !isText(worker) || !isCount(done) || !isText(sentTo)) return false;
  return word.length === 4 || isFailure(objectOf(failure));
}

function isFailure({ code, message, retryAfterMs, task }: Readonly<Record<string, unknown>>): boolean {
  return isText(code) && isText(message) && isCount(Math.ceil(Number(retryAfterMs))) && isTask(task);
}

/** Head and body of a message on `receipt/`. */
export const receiptTopic = 'receipt/';

export function encodeReceipts(receipts: readonly Receipt[]): Buffer {
  return pack(receipts.map(({ run, key, marks, rows, refused }) => [run, key, marks, rows, refused]));
}

export function decodeReceipts(body: Buffer): Receipt[] {
  type Packed = [string, string, Receipt['marks'], number[], boolean];
  return (unpack(body) as Packed[]).map(([run, key, marks, rows, refused]) => {
    return { run, key, marks, rows, refused };
  });
}

/** What stands beside published records: where they lie in the journal, and the chain's head. */
export interface PublishedHead {
  readonly incarnation: string;
  /** `[first sequence, records]` of each stretch in the body, in order; with receipts, of all that the commit wrote. */
  readonly ranges: readonly (readonly [first: number, count: number])[];
  readonly chainHead: Buffer;
}

export function encodeHead({ incarnation, ranges, chainHead }: PublishedHead): Buffer {
  return pack([incarnation, ranges, chainHead]);
}

/** What a head says of sequences. */
export function decodeRanges(head: Buffer): PublishedHead['ranges'] {
  return (unpack(head) as [string, PublishedHead['ranges']])[1];
}

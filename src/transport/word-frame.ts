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

export function encodeWord(word: Word): Buffer {
  return itemOf([pack(word)]);
}

/** @throws envelope.malformed */
export function* decodeWords(frame: Buffer): Generator<Word> {
  for (const { start, end } of itemsOf(frame, frameHeaderBytes)) {
    const word = unpack(frame.subarray(start, end));
    if (!isWord(word)) throw misshapen('word');
    yield word;
  }
}

function isWord(word: unknown): word is Word {
  const { type, hello, report } = objectOf(word) as { type?: unknown; hello?: unknown; report?: unknown };
  if (type === 'hello') return isHello(objectOf(hello));
  return type === 'report' && isReport(objectOf(report));
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

function isReport({ run, worker, done, sentTo, failure }: Partial<Record<keyof Report, unknown>>): boolean {
  if (![run, worker, sentTo].every(isText) || !isCount(done)) return false;
  if (failure === undefined) return true;
  const { code, message, retryAfterMs, task } = objectOf(failure);
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

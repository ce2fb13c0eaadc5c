import type { Result, Segment } from '../model/run.ts';
import { cut, frameHeaderBytes, itemOf, itemsOf } from './frame.ts';
import { misshapen, pack, unpack } from './packing.ts';

type Head = [
  run: string,
  key: string,
  worker: string,
  marks: Result['marks'],
  rows: Result['rows'],
  states: Result['states'],
  children: Result['children'],
  deadLetters: Result['deadLetters'],
  parks: Result['parks'],
  unparks: Result['unparks'],
  segments: [topic: string, count: number, bytes: number][],
  evidenceBytes: number,
  letterOrders: NonNullable<Result['letterOrders']>,
];

/** One result: u32 length, u32 head length, head (msgpack), the segments' records and the evidence as they are. */
export function encodeResult(result: Result): Buffer {
  const { run, key, worker, marks, rows, states, children, deadLetters, parks, unparks, segments, evidence } =
    result;
  const sizes = segments.map(({ topic, count, bytes }): Head[10][number] => [topic, count, bytes.length]);
  const head = pack([
    run,
    key,
    worker,
    marks,
    rows,
    states,
    children,
    deadLetters,
    parks,
    unparks,
    sizes,
    evidence.length,
    result.letterOrders ?? [],
  ] satisfies Head);
  const headLength = Buffer.allocUnsafe(4);
  headLength.writeUInt32LE(head.length, 0);
  return itemOf([headLength, head, ...segments.map(({ bytes }) => bytes), evidence]);
}

/** @throws envelope.malformed */
export function* decodeResults(frame: Buffer): Generator<Result> {
  for (const { start, end } of itemsOf(frame, frameHeaderBytes)) {
    if (end - start < 4) throw cut();
    const headEnd = start + 4 + frame.readUInt32LE(start);
    if (headEnd > end) throw cut();
    const head = unpack(frame.subarray(start + 4, headEnd));
    if (!isHead(head)) throw misshapen('result');
    const [
      run,
      key,
      worker,
      marks,
      rows,
      states,
      children,
      deadLetters,
      parks,
      unparks,
      sizes,
      evidenceBytes,
      letterOrders,
    ] = head;
    const segments: Segment[] = [];
    let at = headEnd;
    for (const [topic, count, bytes] of sizes) {
      segments.push({ topic, count, bytes: frame.subarray(at, at + bytes) });
      at += bytes;
    }
    const evidence = frame.subarray(at, at + evidenceBytes);
    if (at + evidenceBytes !== end) throw cut();
    yield {
      run,
      key,
      worker,
      marks,
      rows,
      states,
      children,
      deadLetters,
      parks,
      unparks,
      segments,
      evidence,
      ...(letterOrders.length > 0 && { letterOrders }),
    };
  }
}

/** As far as it must be one for the reading to go on; whoever made it is one of our own workers. */
function isHead(head: unknown): head is Head {
  if (!Array.isArray(head) || head.length !== 13) return false;
  const [names, lists, evidenceBytes] = [head.slice(0, 3), head.slice(3, 11), head[11]];
  return (
    names.every((name) => typeof name === 'string') &&
    lists.every(Array.isArray) &&
    head[10].every(Array.isArray) &&
    typeof evidenceBytes === 'number' &&
    Array.isArray(head[12])
  );
}

import { checkRecord } from '../model/envelope.ts';
import type { Mark, Result, Segment } from '../model/run.ts';
import { cut, frameHeaderBytes, itemsOf } from './frame.ts';
import { misshapen, pack, unpack } from './packing.ts';
import { isResultHead, type ResultHead } from './result-shape.ts';

/** One result: u32 length, u32 head length, head (msgpack), the segments' records and the evidence as they are. */
export function encodeResult(result: Result): Buffer {
  const { run, key, worker, marks, rows, states, children, deadLetters, parks, unparks, segments, evidence } =
    result;
  const sizes = segments.map(({ topic, count, bytes }): ResultHead[10][number] => [
    topic,
    count,
    bytes.length,
  ]);
  const head = pack([
    run,
    key,
    worker,
    marks.map(packMark),
    rows,
    states,
    children,
    deadLetters,
    parks,
    unparks,
    sizes,
    evidence.length,
    result.letterOrders ?? [],
  ] satisfies ResultHead);
  let length = 8 + head.length + evidence.length;
  for (const { bytes } of segments) length += bytes.length;
  const item = Buffer.allocUnsafe(length);
  item.writeUInt32LE(length, 0);
  item.writeUInt32LE(head.length, 4);
  item.set(head, 8);
  let at = 8 + head.length;
  for (const { bytes } of segments) {
    item.set(bytes, at);
    at += bytes.length;
  }
  item.set(evidence, at);
  return item;
}

// Every run has one: without the names of its fields it takes a third.
function packMark({ source, first, last, count }: Mark): ResultHead[3][number] {
  return [source, first, last, count];
}

function unpackMark([source, first, last, count]: ResultHead[3][number]): Mark {
  return { source, first, last, count };
}

/** @throws envelope.malformed */
export function* decodeResults(frame: Buffer): Generator<Result> {
  for (const { start, end } of itemsOf(frame, frameHeaderBytes)) {
    if (end - start < 4) throw cut();
    const headEnd = start + 4 + frame.readUInt32LE(start);
    if (headEnd > end) throw cut();
    const head = unpack(frame.subarray(start + 4, headEnd));
    if (!isResultHead(head)) throw misshapen('result');
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
      if (bytes > end - at) throw cut();
      checkRecords(frame, at, at + bytes, count);
      segments.push({ topic, count, bytes: frame.subarray(at, at + bytes) });
      at += bytes;
    }
    const evidence = frame.subarray(at, at + evidenceBytes);
    if (at + evidenceBytes !== end) throw cut();
    const result: { -readonly [Part in keyof Result]: Result[Part] } = {
      run,
      key,
      worker,
      marks: marks.map(unpackMark),
      rows,
      states,
      children,
      deadLetters,
      parks,
      unparks,
      segments,
      evidence,
    };
    if (letterOrders.length > 0) result.letterOrders = letterOrders;
    yield result;
  }
}

/** Whoever reads the journal goes from record to record: there must be as many as it says. */
function checkRecords(frame: Buffer, start: number, end: number, count: number): void {
  let found = 0;
  for (let at = start; at < end; found++) at += checkRecord(frame, at, end);
  if (found !== count) throw misshapen('segment');
}

import { checkRecord, writeAttempt } from '../model/envelope.ts';
import type { Run } from '../model/run.ts';
import { cut, frameHeaderBytes, itemsOf } from './frame.ts';

/** A task as it lies in the frame that it came in. */
export interface TaskRange {
  readonly frame: Buffer;
  readonly start: number;
  readonly end: number;
  readonly attempt: number;
}

/** One run: u32 length, u16 id length, u16 key length, id, key, records. The attempts are written into the copies. */
export function encodeRun(id: string, key: string, tasks: readonly TaskRange[]): Buffer {
  const idBytes = Buffer.byteLength(id);
  const keyBytes = Buffer.byteLength(key);
  let length = 8 + idBytes + keyBytes;
  for (const { start, end } of tasks) length += end - start;
  const item = Buffer.allocUnsafe(length);
  item.writeUInt32LE(length, 0);
  item.writeUInt16LE(idBytes, 4);
  item.writeUInt16LE(keyBytes, 6);
  let at = 8 + item.write(id, 8);
  at += item.write(key, at);
  for (const { frame, start, end, attempt } of tasks) {
    frame.copy(item, at, start, end);
    writeAttempt(item, attempt, at);
    at += end - start;
  }
  return item;
}

/** The runs of a frame; tasks are ranges of its bytes. @throws envelope.malformed */
export function* decodeRuns(frame: Buffer): Generator<Run> {
  for (const { start, end } of itemsOf(frame, frameHeaderBytes)) {
    if (end - start < 4) throw cut();
    const idEnd = start + 4 + frame.readUInt16LE(start);
    const keyEnd = idEnd + frame.readUInt16LE(start + 2);
    if (keyEnd > end) throw cut();
    const tasks: Buffer[] = [];
    for (let at = keyEnd; at < end; ) {
      const length = checkRecord(frame, at, end);
      tasks.push(frame.subarray(at, at + length));
      at += length;
    }
    if (tasks.length === 0) throw cut();
    yield { id: frame.toString('utf8', start + 4, idEnd), key: frame.toString('utf8', idEnd, keyEnd), tasks };
  }
}

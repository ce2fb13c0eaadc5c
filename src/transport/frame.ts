import { PolarError } from '../model/errors.ts';

/** What the records of a frame are. The first byte of every frame is a mark, the second this kind. */
export const frameKinds = { tasks: 1, runs: 2, results: 3, words: 4, charges: 5 } as const;
export type FrameKind = keyof typeof frameKinds;

const mark = 0x5a;
export const frameHeaderBytes = 4;

/** Layout 1 of the frame `kind`. */
export function frameHeader(kind: FrameKind): Buffer {
  return Buffer.from([mark, frameKinds[kind], 1, 0]);
}

/** @throws envelope.malformed for anything that is not a frame of ours. */
export function kindOf(frame: Buffer): FrameKind {
  const kind = (Object.keys(frameKinds) as FrameKind[]).find((name) => frameKinds[name] === frame[1]);
  if (frame.length < frameHeaderBytes || frame[0] !== mark || frame[2] !== 1 || !kind) {
    throw new PolarError('envelope.malformed', `A frame of ${frame.length} bytes is none of ours.`);
  }
  return kind;
}

/** Reads length-prefixed items (u32, including itself) from `start` to the end. @throws envelope.malformed */
export function* itemsOf(frame: Buffer, start: number): Generator<{ start: number; end: number }> {
  for (let at = start; at < frame.length; ) {
    if (frame.length - at < 4) throw cut();
    const length = frame.readUInt32LE(at);
    if (length < 4 || at + length > frame.length) throw cut();
    yield { start: at + 4, end: at + length };
    at += length;
  }
}

/** A length-prefixed item made of parts. */
export function itemOf(parts: readonly Buffer[]): Buffer {
  let length = 4;
  for (const part of parts) length += part.length;
  const prefix = Buffer.allocUnsafe(4);
  prefix.writeUInt32LE(length, 0);
  return Buffer.concat([prefix, ...parts], length);
}

export function cut(): PolarError {
  return new PolarError('envelope.malformed', 'A frame is cut short.');
}

import type { Chance } from '../simulation/random.ts';

export function randomBytes(chance: Chance, most: number): Buffer {
  const bytes = Buffer.allocUnsafe(chance.between(0, most));
  for (let at = 0; at < bytes.length; at++) bytes[at] = chance.between(0, 255);
  return bytes;
}

const edges = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff];

/** Bits flipped, bytes gone, doubled or put in, and numbers that are as large as they can be. */
export function mutate(chance: Chance, bytes: Buffer): Buffer {
  let changed: Buffer = Buffer.from(bytes);
  for (let times = chance.between(1, 4); times > 0; times--) changed = mutateOnce(chance, changed);
  return changed;
}

function mutateOnce(chance: Chance, bytes: Buffer): Buffer {
  const at = chance.between(0, Math.max(0, bytes.length - 1));
  if (bytes.length < 8) return Buffer.concat([bytes, randomBytes(chance, 8)]);
  switch (chance.between(0, 5)) {
    case 0:
      bytes[at] = bytes[at]! ^ (1 << chance.between(0, 7));
      return bytes;
    case 1:
      return bytes.subarray(0, at);
    case 2:
      return Buffer.concat([bytes.subarray(0, at), randomBytes(chance, 40), bytes.subarray(at)]);
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.max(0, at - 20))]);
    case 4:
      bytes.writeUInt32LE(chance.pick(edges), chance.between(0, bytes.length - 4));
      return bytes;
    default:
      bytes.fill(chance.between(0, 255), at, Math.min(bytes.length, at + chance.between(1, 16)));
      return bytes;
  }
}

import type { KeyCharge } from '../model/charge.ts';
import { frameHeaderBytes, itemOf, itemsOf } from './frame.ts';
import { misshapen, pack, unpack } from './packing.ts';
import { isCount, isHistory, isKey, isTask, objectOf } from './shapes.ts';

/** What the subject tells the integration manager of attempts that failed: rare, and small. */
export function encodeCharge(charge: KeyCharge): Buffer {
  return itemOf([pack(charge)]);
}

/** @throws envelope.malformed */
export function decodeCharges(frame: Buffer): KeyCharge[] {
  const charges: KeyCharge[] = [];
  for (const { start, end } of itemsOf(frame, frameHeaderBytes)) {
    const charge = unpack(frame.subarray(start, end));
    if (!isCharge(charge)) throw misshapen('charge');
    charges.push(charge);
  }
  return charges;
}

function isCharge(value: unknown): value is KeyCharge {
  const { key, charge } = objectOf(value);
  const { attempts, redrives, history } = objectOf(charge);
  return (
    isKey(key) && key !== '' && isTask(charge) && isCount(attempts) && isCount(redrives) && isHistory(history)
  );
}

import { PolarError } from '../../model/errors.ts';
import { type Batch, decodeBatch, hashOf, recordsOf } from '../batch.ts';
import { createRemoval, type RemovalRules, type Removed } from '../retention.ts';
import { batchOfRow, removeBatch } from './batch-rows.ts';
import type { Head, Tables } from './tables.ts';

/** Each batch is read whole, to see whether it holds: commits wait for no more than this meanwhile. */
const mostBytes = 2 * 1024 * 1024;
const mostBatches = 512;

/**
 * Within a transaction: removes what the rules say, and keeps where the chain begins now. The newest batch stays,
 * and so does everything from the first batch on that does not hold: what was altered is not to be forgotten. Of what
 * goes, the records that `kept` names stay readable, without their chain.
 * @throws journal.corrupt when the oldest batch does not hold
 */
export function removeOldest(
  tables: Tables,
  rules: RemovalRules,
  kept: readonly number[],
  time: number,
): Removed {
  const { meta, batches, evidence, keptRecords } = tables;
  const head = meta.get('head') as Head;
  const removal = createRemoval(rules);
  let [firstSequence, previousOfFirst] = [head.firstSequence, Buffer.from(head.previousOfFirst)];
  let [count, bytes, hasMore] = [0, 0, false];
  while (firstSequence < head.nextSequence) {
    if (count >= mostBatches || bytes >= mostBytes) {
      hasMore = true;
      break;
    }
    const row = batches.get(firstSequence);
    const value = row && readParts(tables, row);
    const batch = value && readHolding(value, firstSequence, previousOfFirst);
    if (!batch) {
      if (count > 0) break;
      throw new PolarError('journal.corrupt', `Retention stops at seq ${firstSequence}: it does not hold.`, {
        hint: 'See: pzm journal verify',
      });
    }
    const next = firstSequence + batch.count;
    const sizeBytes = value.length + (evidence?.get(firstSequence)?.length ?? 0);
    if (next >= head.nextSequence) break;
    if (!removal.takes({ ...batch, sizeBytes })) break;
    for (const row of rowsOf(batch, kept)) keptRecords?.put(row.sequence, row);
    removeBatch(tables, firstSequence, row);
    evidence?.remove(firstSequence);
    [firstSequence, previousOfFirst] = [next, Buffer.from(batch.hash)];
    count++;
    bytes += sizeBytes;
  }
  if (count > 0) {
    const removed = { batches: (head.removed?.batches ?? 0) + count, at: time };
    meta.put('head', { ...head, firstSequence, previousOfFirst, removed } satisfies Head);
  }
  return { batches: count, bytes, hasMore };
}

function readParts(tables: Tables, row: Buffer): Buffer | undefined {
  try {
    return batchOfRow(tables, row);
  } catch {
    return undefined;
  }
}

function readHolding(value: Buffer, firstSequence: number, previous: Buffer): Batch | undefined {
  try {
    const batch = decodeBatch(value);
    const follows = batch.firstSequence === firstSequence && batch.previous.equals(previous);
    return follows && batch.count > 0 && hashOf(value).equals(batch.hash) ? batch : undefined;
  } catch {
    return undefined;
  }
}

function* rowsOf(batch: Batch, kept: readonly number[]) {
  const wanted = new Set(
    kept.filter(
      (sequence) => sequence >= batch.firstSequence && sequence < batch.firstSequence + batch.count,
    ),
  );
  if (wanted.size === 0) return;
  const chainHead = batch.hash.toString('hex');
  for (const segment of batch.segments) {
    for (const { sequence, record } of recordsOf(segment)) {
      if (!wanted.has(sequence)) continue;
      const { time } = batch;
      yield { sequence, topic: segment.topic, record: Buffer.from(record), chainHead, time, isLast: false };
    }
  }
}

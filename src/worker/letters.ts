import { bodyOf, decodeEnvelope, encodeEnvelope } from '../model/envelope.ts';
import { type DeadLetter, type LetterOrder, pendingSource } from '../model/run.ts';
import { nameOf } from './emission.ts';

/** A dead letter as the task that waits again: the same in all but that its attempts are counted anew. */
export function letterOrderOf(order: number, letter: DeadLetter, kind: 'retry' | 'drop'): LetterOrder {
  const { record, history = [], redrives = 0 } = letter;
  const task = decodeEnvelope(record);
  if (kind === 'drop') return { order, retried: undefined };
  const id = nameOf(task);
  const { flow, step, key, subject, time, correlationId, causationId, traceparent, policy, group } = task;
  const again = encodeEnvelope({
    ...{ id, source: pendingSource, number: 0, flow, step, key, subject, time, attempt: 0 },
    // A deadline that was missed would be missed again.
    ...{ deadline: 0, correlationId, causationId, traceparent, policy, group, body: bodyOf(record, 0) },
  });
  return { order, retried: { id, key, record: again, history, redrives: redrives + 1 } };
}

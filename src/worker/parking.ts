import { bodyOf, decodeEnvelope, type Envelope, encodeEnvelope, maxKeyBytes } from '../model/envelope.ts';
import { PolarError } from '../model/errors.ts';
import { type ParkedRow, pendingSource, type Unpark } from '../model/run.ts';
import { nameOf } from './emission.ts';
import type { Ending } from './run-state.ts';
import type { WalkStep } from './walk-step.ts';

/*
 * Waiting for an answer (`@ASYNC`, R8), as pure functions: a task becomes a row that names the steps that are left,
 * and later either goes on with the answer or has waited too long.
 */

/** What an answer has to name: the task's own correlation id, or the task. */
export function correlationOf(task: Envelope): string {
  return task.correlationId || nameOf(task);
}

/** @throws envelope.oversized for what cannot be a key of the journal's tables */
export function parkedRow(
  task: Envelope,
  record: Buffer,
  remaining: readonly WalkStep[],
  answerWithinMs: number,
): ParkedRow {
  const [correlationId, id] = [correlationOf(task), nameOf(task)];
  if (Math.max(Buffer.byteLength(correlationId), Buffer.byteLength(id)) > maxKeyBytes) {
    throw new PolarError(
      'envelope.oversized',
      `What waits must have a name of at most ${maxKeyBytes} bytes.`,
    );
  }
  return {
    correlationId,
    id,
    key: task.key,
    deadline: task.deadline || task.time + answerWithinMs,
    remaining: remaining.map(({ text }) => text),
    record,
    isNew: task.source !== pendingSource,
  };
}

/**
 * The task that goes on, as a row of `pending`: its body is `{ request, answer }`, and its `step` how many steps
 * are left. It cannot go on when the flow no longer ends in the steps that it was to take.
 * @throws envelope.oversized
 */
export function unparkOf(
  { row, answer }: Ending,
  walk: (flow: string) => readonly WalkStep[] | undefined,
): Unpark {
  const { correlationId, id, remaining, record } = row;
  if (!answer) return { correlationId, id, resumed: undefined, reason: 'flow.timeout' };
  const task = decodeEnvelope(record);
  const steps = walk(task.flow) ?? [];
  const rest = steps.slice(Math.max(0, steps.length - remaining.length)).map(({ text }) => text);
  if (rest.join('\n') !== remaining.join('\n'))
    return { correlationId, id, resumed: undefined, reason: 'flow.changed' };
  const parts = [
    Buffer.from('{"request":'),
    bodyOf(record, 0),
    Buffer.from(',"answer":'),
    answer,
    Buffer.from('}'),
  ];
  const resumed = encodeEnvelope({
    id,
    source: pendingSource,
    number: 0,
    flow: task.flow,
    step: remaining.length,
    key: task.key,
    subject: task.subject,
    time: task.time,
    deadline: task.deadline,
    attempt: 0,
    correlationId: task.correlationId,
    causationId: task.causationId,
    traceparent: task.traceparent,
    policy: task.policy,
    group: task.group,
    body: Buffer.concat(parts),
  });
  return { correlationId, id, resumed, reason: '' };
}

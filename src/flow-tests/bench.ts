import type { Component } from '../actors/component.ts';
import { bodyOf, checkRecord, decodeEnvelope, encodeEnvelope, writeAttempt } from '../model/envelope.ts';
import { pinnedWorker } from '../model/pinning.ts';
import { type ParkedRow, pendingSource, type Result } from '../model/run.ts';
import type { Logger } from '../telemetry/log.ts';
import { callMethod } from '../worker/call.ts';
import { createFailedAttempts } from '../worker/failed-attempts.ts';
import { advance, conclude, createRun, type Finished } from '../worker/run.ts';
import type { WalkStep } from '../worker/walk-step.ts';
import type { Message, Outcome } from './case.ts';

/** One worker without a node: it walks tasks as the real one does, on a clock that somebody else sets. */
export interface Bench {
  push(flow: string, body: unknown): Promise<Happened>;
  answer(body: unknown): Promise<Happened>;
  /** What is due by now: answers that are too late, tasks that are tried again. */
  due(): Promise<Happened>;
  state(actor: string): unknown;
  setState(actor: string, value: unknown): void;
}

export interface Happened {
  readonly outcome: Outcome;
  readonly reason: string;
  readonly published: readonly Message[];
  readonly emitted: readonly Message[];
}

export interface BenchOptions {
  readonly key: string;
  readonly clock: { readonly nowMs: number };
  readonly walk: (flow: string) => readonly WalkStep[] | undefined;
  /** Read at each call: stubs come and go. */
  readonly components: () => ReadonlyMap<string, Component>;
  readonly node: string;
  readonly maxAttempts: number;
  readonly answerWithinMs: number;
}

const worker = 'worker-1';
const nothing: Happened = { outcome: 'nothing', reason: '', published: [], emitted: [] };
const say = () => {};
const silent: Logger = { debug: say, info: say, warn: say, error: say };

export function createBench(options: BenchOptions): Bench {
  const { key, clock, walk } = options;
  const states = new Map<string, { version: number; value: Buffer }>();
  const parked = new Map<string, ParkedRow>();
  const later: { readonly record: Buffer; readonly atMs: number }[] = [];
  const now = () => clock.nowMs;
  const witness = {
    ...{ worker, incarnation: worker, now, elapsed: now },
    failed: createFailedAttempts(),
  };
  const rowId = (actor: string, of: string) => `${actor}\0${of}`;
  const parkedRow = (correlationId: string) => parked.get(correlationId);
  let tasks = 0;

  const taskOf = (flow: string, body: unknown): Buffer =>
    encodeEnvelope({
      ...{ id: `task-${++tasks}`, source: pendingSource, number: tasks, flow, step: 0, key, subject: key },
      ...{ time: now(), deadline: 0, attempt: 0, correlationId: '', causationId: '', traceparent: '' },
      ...{ policy: '', group: '', body: Buffer.from(JSON.stringify(body ?? null)) },
    });

  const walkThrough = async (record: Buffer): Promise<Finished> => {
    const run = { id: `run-${tasks}`, key, tasks: [record] };
    const { maxAttempts, answerWithinMs } = options;
    const reader = (actor: string, of: string) => states.get(rowId(actor, of));
    const state = createRun({
      ...{ run, witness, walk, maxAttempts, reader, parked: parkedRow, answerWithinMs },
      workers: () => [worker],
    });
    for (;;) {
      const next = advance(state);
      if (next.type === 'finished') return next;
      const { node } = options;
      const given = { components: options.components(), node, log: silent, now, maxAttempts };
      conclude(state, await callMethod(next, state, given));
    }
  };

  const commit = (result: Result) => {
    for (const { actor, key: of, base, value } of result.states) {
      states.set(rowId(actor, of), { version: base + 1, value });
    }
    for (const row of result.parks) parked.set(row.correlationId, row);
    for (const { correlationId } of result.unparks) parked.delete(correlationId);
  };

  const deliver = async (record: Buffer): Promise<Happened> => {
    const { result, failure } = await walkThrough(record);
    if (!result) {
      const { code = '', message = '', retryAfterMs = 0 } = failure ?? {};
      writeAttempt(record, decodeEnvelope(record).attempt + 1);
      later.push({ record, atMs: now() + retryAfterMs });
      return { ...nothing, outcome: 'retried', reason: `${code}: ${message}` };
    }
    commit(result);
    const [row] = result.rows;
    const happened: Happened = {
      outcome: row?.outcome ?? 'nothing',
      reason: reasonOf(result),
      published: result.segments.flatMap(messagesOf),
      emitted: [],
    };
    return await goOn(result, happened);
  };

  /** What the task goes on as: with its answer, or on every worker, of which there is one. */
  const goOn = async ({ children, unparks, deadLetters }: Result, happened: Happened): Promise<Happened> => {
    const resumed = unparks.find((one) => one.resumed)?.resumed;
    if (resumed) return await deliver(resumed);
    if (unparks.length > 0) {
      return { ...happened, outcome: 'dead-lettered', reason: deadLetters[0]?.code ?? '' };
    }
    const tasksOfChildren = children.map(({ record }) => ({ record, task: decodeEnvelope(record) }));
    const pinned = tasksOfChildren.find(({ task }) => pinnedWorker(task.group) !== undefined);
    if (pinned) return await deliver(pinned.record);
    const emitted = tasksOfChildren.map(({ task }) => ({ to: task.flow, body: dataOf(task.body) }));
    return { ...happened, emitted };
  };

  return {
    push: async (flow, body) => await deliver(taskOf(flow, body)),
    async answer(body) {
      const [correlationId] = [...parked.keys()].slice(-1);
      if (correlationId === undefined) return { ...nothing, reason: 'no task waits for an answer' };
      return await deliver(taskOf('Answer', { correlationId, answer: body ?? null }));
    },
    async due() {
      const late = [...parked.values()].filter(({ deadline }) => deadline <= now());
      const again = later.filter(({ atMs }) => atMs <= now());
      let last = nothing;
      for (const { correlationId } of late) last = await deliver(taskOf('Expire', { correlationId }));
      for (const task of again) {
        later.splice(later.indexOf(task), 1);
        last = await deliver(task.record);
      }
      return last;
    },
    state(actor) {
      const row = states.get(rowId(actor, key));
      return row && (JSON.parse(row.value.toString()) as unknown);
    },
    setState(actor, value) {
      const version = (states.get(rowId(actor, key))?.version ?? 0) + 1;
      states.set(rowId(actor, key), { version, value: Buffer.from(JSON.stringify(value)) });
    },
  };
}

/** Of a dead letter its message says more than its code alone; of a task that waits its name says nothing. */
function reasonOf({ rows: [row], deadLetters: [letter] }: Result): string {
  if (letter) return `${letter.code}: ${letter.message}`;
  return row && row.outcome !== 'parked' ? row.reason : '';
}

function messagesOf({ topic, bytes }: Result['segments'][number]): Message[] {
  const messages: Message[] = [];
  for (let at = 0; at < bytes.length; at += checkRecord(bytes, at, bytes.length)) {
    messages.push({ to: topic, body: dataOf(bodyOf(bytes, at)) });
  }
  return messages;
}

function dataOf(body: Buffer): unknown {
  return JSON.parse(body.toString()) as unknown;
}

import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Component, type Method, passBody } from '../../../src/actors/component.ts';
import { PolarError } from '../../../src/model/errors.ts';
import { callMethod } from '../../../src/worker/call.ts';
import { type Call, createRun } from '../../../src/worker/run.ts';
import { anEnvelope, aRecord } from '../model/envelopes.ts';
import { aWitness } from './a-witness.ts';

const start = 1_000_000;
beforeEach(() => {
  vi.useFakeTimers({ now: start });
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

function call(method: Method, part: Partial<Call> = {}) {
  const asked: Call = {
    type: 'call',
    component: 'C',
    method: 'go',
    task: anEnvelope(),
    body: undefined,
    ...part,
  };
  const run = createRun({
    run: { id: 'r', key: 'k', tasks: [aRecord()] },
    witness: aWitness({ worker: 'worker-1' }),
    walk: () => undefined,
    maxAttempts: 3,
    reader: () => undefined,
    parked: () => undefined,
    answerWithinMs: 1000,
    workers: () => [],
  });
  const components = new Map<string, Component>([['C', { go: method }]]);
  const log = pino({ enabled: false });
  return callMethod(asked, run, { components, node: 'anna', maxAttempts: 3, log, now: Date.now });
}

describe('a method', () => {
  test("is given the task's body as data, or what the step before it returned", () => {
    const given: unknown[] = [];
    const note: Method = (body) => given.push(body);
    call(note, { task: anEnvelope({ body: Buffer.from('{"n":1}') }) });
    call(note, { body: { bytes: Buffer.from('[2]') } });
    call(note, { body: { value: 3 } });
    expect(given).toEqual([{ n: 1 }, [2], 3]);
  });

  test('passes on what it returns, now or later', async () => {
    const passed = { kind: 'passed', body: { value: 7 }, emissions: [] };
    expect(call(() => 7)).toEqual(passed);
    expect(await call(async () => 7)).toEqual(passed);
  });

  test('ends its flow with a reason, and only by its context: a body that looks alike does not', () => {
    expect(call((_, context) => context.end('unchanged'))).toMatchObject({
      kind: 'ended',
      reason: 'unchanged',
    });
    expect(call(() => ({ ended: 'unchanged' }))).toMatchObject({ kind: 'passed' });
  });

  test('emits messages', () => {
    const emitting: Method = (_, context) => context.emit({ flow: 'G', key: 'k', body: { a: 1 } });
    expect(call(emitting)).toMatchObject({
      emissions: [{ flow: 'G', key: 'k', body: Buffer.from('{"a":1}') }],
    });
  });

  test('that only passes on is not called, and the body not decoded', () => {
    const body = { bytes: Buffer.from('no data') };
    expect(call(passBody, { body })).toEqual({ kind: 'passed', body, emissions: [] });
  });

  test('knows the task, each delivery counted', () => {
    let seen: unknown;
    const task = anEnvelope({ key: 'k', attempt: 1, number: 9 });
    const look: Method = (_, context) => {
      seen = context.task;
    };
    call(look, { task });
    expect(seen).toMatchObject({ key: 'k', subject: 'k', attempt: 2, number: 9 });
  });
});

describe('what a method throws', () => {
  const throwing =
    (error: unknown): Method =>
    () => {
      throw error;
    };

  test('goes by its code: to be retried, later each time, or never', () => {
    const failed = new PolarError('io.failed', 'busy');
    expect(call(throwing(failed))).toMatchObject({ kind: 'retry', code: 'io.failed', retryAfterMs: 200 });
    const task = anEnvelope({ attempt: 1 });
    expect(call(throwing(failed), { task })).toMatchObject({ kind: 'retry', retryAfterMs: 400 });
    const refused = new PolarError('policy.refused', 'bad');
    expect(call(throwing(refused))).toEqual({ kind: 'rejected', code: 'policy.refused', message: 'bad' });
  });

  test('without a code is a mistake: retried, and after the last attempt a dead letter', () => {
    const mistake = throwing(new TypeError('x is not a function'));
    expect(call(mistake)).toMatchObject({
      kind: 'retry',
      code: 'action.failed',
      message: 'x is not a function',
    });
    expect(call(mistake, { task: anEnvelope({ attempt: 2 }) })).toMatchObject({ kind: 'rejected' });
  });

  test('later is the same', async () => {
    const later = call(async () => {
      throw new PolarError('policy.refused', 'bad');
    });
    expect(await later).toEqual({ kind: 'rejected', code: 'policy.refused', message: 'bad' });
  });

  test('is what is said of a body that is no data, and of a method that is not there', () => {
    const body = { bytes: Buffer.from('{"half":') };
    expect(call(() => 1, { body })).toMatchObject({ kind: 'rejected', code: 'body.not-data' });
    const absent = [call(() => 1, { component: 'D' }), call(() => 1, { method: 'gone' })];
    for (const outcome of absent)
      expect(outcome).toMatchObject({ kind: 'rejected', code: 'component.unknown' });
  });
});

describe('a deadline', () => {
  const task = anEnvelope({ deadline: start + 500 });

  test('aborts the signal of a method, which may still say what it has', async () => {
    const outcome = call(
      (_, { signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve('half'))),
      { task },
    );
    await vi.advanceTimersByTimeAsync(500);
    expect(await outcome).toMatchObject({ kind: 'passed', body: { value: 'half' } });
  });

  test('ends the wait for a method that ignores its signal', async () => {
    const outcome = call(() => new Promise(() => {}), { task });
    await vi.advanceTimersByTimeAsync(1500);
    expect(await outcome).toMatchObject({ kind: 'retry', code: 'action.timeout' });
  });

  test('that has passed already leaves no time', async () => {
    const outcome = call(
      (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
        }),
      { task: anEnvelope({ deadline: start - 1 }) },
    );
    await vi.advanceTimersByTimeAsync(1);
    expect(await outcome).toMatchObject({ kind: 'retry', code: 'action.timeout' });
  });
});

import { expect, test } from 'vitest';
import type { Envelope } from '../../../src/model/envelope.ts';
import { decodeEvidence } from '../../../src/model/evidence-bytes.ts';
import type { Result } from '../../../src/model/run.ts';
import { createFailedAttempts } from '../../../src/worker/failed-attempts.ts';
import {
  advance,
  type Call,
  type CallOutcome,
  conclude,
  createRun,
  type WalkStep,
} from '../../../src/worker/run.ts';
import type { Witness } from '../../../src/worker/run-evidence.ts';
import { aRecord } from '../model/envelopes.ts';
import { aWitness } from './a-witness.ts';

const call = (method: string): WalkStep => ({ kind: 'call', component: 'C', method, text: method });
const flow: readonly WalkStep[] = [
  call('look'),
  call('compare'),
  { kind: 'publish', topic: 'F/seen/', text: 'seen' },
  { kind: 'done', text: '??done' },
];
const passed: CallOutcome = { kind: 'passed', body: { value: 1 }, emissions: [] };
const ended: CallOutcome = { kind: 'ended', reason: 'unchanged', emissions: [], endings: [] };
const rejected: CallOutcome = { kind: 'rejected', code: 'body.not-data', message: 'not data' };
const retry: CallOutcome = { kind: 'retry', code: 'action.failed', message: 'no', retryAfterMs: 1 };

function resultOf(
  tasks: readonly Partial<Envelope>[],
  answer: (call: Call) => CallOutcome,
  witness: Witness = aWitness(),
): Result | undefined {
  const run = createRun({
    run: { id: 'r1', key: 'k', tasks: tasks.map((task) => aRecord(task)) },
    witness,
    walk: (name) => (name === 'F' ? flow : undefined),
    maxAttempts: 5,
    reader: () => undefined,
    parked: () => undefined,
    answerWithinMs: 1,
    workers: () => [],
  });
  for (;;) {
    const next = advance(run);
    if (next.type === 'finished') return next.result;
    conclude(run, answer(next));
  }
}

test('tells by whom, when and how long, step by step, each task of the run', () => {
  const answers = (asked: Call) =>
    asked.task.number === 2 && asked.method === 'compare'
      ? ended
      : asked.task.number === 3
        ? rejected
        : passed;
  const tasks = [
    { number: 1 },
    { number: 2 },
    { number: 3 },
    { number: 4, attempt: 2 },
    { number: 5, flow: 'None' },
  ];
  const run = decodeEvidence(resultOf(tasks, answers)!.evidence)!;
  expect(run).toMatchObject({ worker: 'w1', incarnation: 'i1', begun: 1000, durationUs: 7000, omitted: 0 });
  expect(
    run.tasks.map(({ outcome, reason, records, stepsUs }) => [outcome, reason, records, stepsUs]),
  ).toEqual([
    ['completed', '', 1, [1000, 1000, 0]],
    ['ended', 'unchanged', 0, [1000, 1000]],
    ['dead-lettered', 'body.not-data', 0, [1000]],
    ['completed', '', 1, [1000, 1000, 0]],
    ['dead-lettered', 'flow.unknown', 0, []],
  ]);
  expect(run.tasks.map(({ attempt, startedUs }) => [attempt, startedUs])).toEqual([
    [0, 0],
    [0, 2000],
    [0, 4000],
    [2, 5000],
    [0, 7000],
  ]);
  expect(run.tasks[0]!.flow.steps.slice(0, 3)).toEqual([
    { kind: 'call', text: 'look', target: 'C.look' },
    { kind: 'call', text: 'compare', target: 'C.compare' },
    { kind: 'publish', text: 'seen', target: 'F/seen/' },
  ]);
  expect(run.tasks[4]!.flow).toEqual({ name: 'None', revision: '', steps: [] });
});

test('a run without a record leaves nothing', () => {
  expect(resultOf([{ number: 1 }], () => ended)!.evidence).toHaveLength(0);
});

test('a run that hands a task back says so after those that came through', () => {
  const result = resultOf([{ number: 1 }, { number: 2 }], ({ task }) => (task.number === 2 ? retry : passed));
  expect(decodeEvidence(result!.evidence)!.tasks.map(({ outcome }) => outcome)).toEqual([
    'completed',
    'handed-back',
  ]);
});

test('a dead letter has the evidence of its task alone, with the deliveries that failed before', () => {
  const witness = aWitness();
  const retried = (task: Partial<Envelope>, answer: (asked: Call) => CallOutcome) =>
    resultOf([task], answer, witness);
  retried({ id: 'a' }, () => retry);
  retried({ id: 'a', attempt: 2 }, ({ method }) => (method === 'compare' ? retry : passed));
  const letters = retried({ id: 'a', attempt: 3 }, () => rejected)!.deadLetters;
  const [task] = decodeEvidence(letters[0]!.evidence!)!.tasks;
  expect(task).toMatchObject({ attempt: 3, outcome: 'dead-lettered', reason: 'body.not-data' });
  expect(task!.earlier).toMatchObject([
    { attempt: 0, step: 0, code: 'action.failed', message: 'no', durationUs: 1000 },
    { attempt: 2, step: 1, durationUs: 2000 },
  ]);
  // It is over: who comes under the same name later is another one.
  expect(witness.failed.of('a')).toEqual([]);
});

test('a worker remembers the newest failures of the newest tasks', () => {
  const failed = createFailedAttempts();
  const fail = (name: string, attempt: number) =>
    failed.add(name, { attempt, begun: 0, durationUs: 0, step: 0, code: '', message: '' });
  fail('old', 0);
  for (let attempt = 0; attempt < 20; attempt++) fail('often', attempt);
  for (let index = 0; index < 999; index++) fail(`task-${index}`, 0);
  expect(failed.of('old')).toEqual([]);
  expect(failed.of('often').map(({ attempt }) => attempt)).toEqual([12, 13, 14, 15, 16, 17, 18, 19]);
});

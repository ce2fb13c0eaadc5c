import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codeOf } from '../../../src/model/errors.ts';
import {
  type RunEvidence,
  type TaskEvidence,
  taskOfRecord,
  taskOutcomes,
  type WalkedFlow,
  walkedKinds,
} from '../../../src/model/evidence.ts';
import { decodeEvidence, encodeEvidence, maxEvidenceBytes } from '../../../src/model/evidence-bytes.ts';

const text = fc.string({ unit: 'binary', maxLength: 40 });
const whole = fc.oneof(fc.nat(300), fc.maxSafeNat());
const flow: fc.Arbitrary<WalkedFlow> = fc.record({
  name: text,
  revision: text,
  steps: fc.array(fc.record({ kind: fc.constantFrom(...walkedKinds), text, target: text }), { maxLength: 4 }),
});
const evidence = fc.array(flow, { minLength: 1, maxLength: 3 }).chain((flows) =>
  fc.record({
    worker: text,
    incarnation: text,
    begun: fc.double({ noNaN: true }),
    durationUs: whole,
    tasks: fc.array(
      fc.record<TaskEvidence>({
        flow: fc.constantFrom(...flows),
        attempt: fc.nat(255),
        startedUs: whole,
        outcome: fc.constantFrom(...taskOutcomes),
        reason: text,
        records: fc.nat(4),
        firstStep: fc.nat(300),
        stepsUs: fc.array(whole, { maxLength: 4 }),
        earlier: fc.array(
          fc.record({
            attempt: whole,
            begun: fc.double({ noNaN: true }),
            durationUs: whole,
            step: fc.nat(),
            code: text,
            message: text,
          }),
          { maxLength: 2 },
        ),
      }),
      { maxLength: 5 },
    ),
  }),
);
const aTask = (part: Partial<TaskEvidence> = {}): TaskEvidence => ({
  flow: { name: 'F', revision: 'r', steps: [{ kind: 'call', text: 'step', target: 'C.m' }] },
  attempt: 0,
  startedUs: 0,
  outcome: 'completed',
  reason: '',
  records: 1,
  firstStep: 0,
  stepsUs: [1],
  earlier: [],
  ...part,
});
const aRun = (tasks: readonly TaskEvidence[]): RunEvidence => {
  return { worker: 'w', incarnation: 'i', begun: 1, durationUs: 2, tasks, omitted: 0 };
};

describe('evidence', () => {
  test('is read as it was written', () => {
    fc.assert(
      fc.property(evidence, (run) => {
        expect(decodeEvidence(encodeEvidence(run))).toEqual({ ...run, omitted: 0 });
      }),
    );
  });

  test('that is too long loses its last tasks, and says how many', () => {
    const tasks = Array.from({ length: 400 }, (_, index) =>
      aTask({ reason: 'é'.repeat(140), attempt: index % 7 }),
    );
    const bytes = encodeEvidence(aRun(tasks));
    expect(bytes.length).toBeLessThanOrEqual(maxEvidenceBytes);
    const read = decodeEvidence(bytes)!;
    expect(read.tasks).toEqual(tasks.slice(0, read.tasks.length));
    expect(read.tasks.length).toBeGreaterThan(50);
    expect(read.omitted).toBe(400 - read.tasks.length);
  });

  test('cuts a text that is too long between two characters', () => {
    const { tasks } = decodeEvidence(encodeEvidence(aRun([aTask({ reason: 'x€'.repeat(1000) })])))!;
    expect(tasks[0]!.reason).toBe('x€'.repeat(75));
  });

  test('that was altered or cut short is refused by its code, and never crashes its reader', () => {
    const altered = fc.tuple(evidence, fc.nat(), fc.nat(255), fc.boolean());
    fc.assert(
      fc.property(altered, ([run, at, byte, isCut]) => {
        const whole = encodeEvidence(run);
        const bytes = isCut ? whole.subarray(0, at % whole.length) : whole;
        if (!isCut) bytes[at % bytes.length] = byte;
        try {
          decodeEvidence(bytes);
        } catch (error) {
          expect(codeOf(error)).toBe('journal.corrupt');
        }
      }),
    );
    expect(() => decodeEvidence(encodeEvidence(aRun([aTask()])).subarray(0, 20))).toThrow('cannot be read');
  });

  test('of a later layout is not guessed at', () => {
    const bytes = encodeEvidence(aRun([]));
    bytes[0] = 2;
    expect(decodeEvidence(bytes)).toBeUndefined();
  });

  test('tells which task wrote a record, and which of its records that is', () => {
    const run = aRun([aTask({ records: 2 }), aTask({ records: 0 }), aTask({ records: 1, attempt: 3 })]);
    const told = [0, 1, 2, 3].map((index) => {
      const of = taskOfRecord(run, index);
      return of && [run.tasks.indexOf(of.task), of.record];
    });
    expect(told).toEqual([[0, 0], [0, 1], [2, 0], undefined]);
  });
});

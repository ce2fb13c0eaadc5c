import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAdmission } from '../../../src/actors/bodies.ts';
import { createAdmissions, enter, type Push, settle } from '../../../src/services/admissions.ts';

const now = 1_700_000_000_000;
const known = () => true;
const lane = 'anna.command.admit.lane-1';
const aPush = (part: Partial<Push> = {}): Push => ({
  id: 'a',
  flow: 'Orders',
  key: 'anna.command.push.Orders',
  subject: '',
  group: '',
  deadline: 0,
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  body: Buffer.from('null'),
  ...part,
});

describe('the book of admissions', () => {
  it('makes a task that the admission component reads, with the body as it came', () => {
    fc.assert(
      fc.property(fc.json(), fc.string({ minLength: 1 }), fc.string(), (body, id, subject) => {
        const push = aPush({ id, subject, body: Buffer.from(` ${body}\n`) });
        const task = enter(createAdmissions(), push, lane, undefined, now);
        // The trace is the task's: what it emits belongs to the same one.
        const { traceparent, ...admitted } = push;
        expect(task?.traceparent).toBe(traceparent);
        expect(readAdmission(JSON.parse(String(task?.body)))).toEqual({
          ...admitted,
          body: JSON.parse(body),
        });
      }),
    );
  });

  it('does not make a second task of an id that waits; when it is settled it may be pushed again', () => {
    const book = createAdmissions();
    const first = enter(book, aPush(), lane, undefined, now);
    expect(enter(book, aPush({ key: 'anna.command.push.Other' }), lane, undefined, now)).toBeUndefined();
    settle(book, lane, first!.number, known);
    expect(enter(book, aPush(), lane, first!.number, now)).toBeDefined();
  });

  it('tells what became a row from what was settled without', () => {
    const book = createAdmissions();
    for (const id of ['a', 'b', 'c']) enter(book, aPush({ id }), lane, undefined, now);
    const upTo = now * 1000 + 1;
    expect(settle(book, lane, upTo, (id) => id === 'a')).toEqual({ accepted: ['a'], refused: ['b'] });
    expect(settle(book, lane, upTo + 1, known)).toEqual({ accepted: ['c'], refused: [] });
    expect([book.waiting.size, book.ids.size]).toEqual([0, 0]);
  });

  it('knows nothing of what another life of it has sent', () => {
    expect(settle(createAdmissions(), lane, now, known)).toEqual({ accepted: [], refused: [] });
  });

  it('numbers rise over pushes and restarts, however the clock goes, and stay exact', () => {
    const life = fc.array(fc.integer({ min: now - 5000, max: now + 5000 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.array(life, { minLength: 1, maxLength: 4 }), (lives) => {
        let mark: number | undefined;
        for (const [index, times] of lives.entries()) {
          const book = createAdmissions();
          for (const [nth, nowMs] of times.entries()) {
            const { number } = enter(book, aPush({ id: `${index}-${nth}` }), lane, mark, nowMs)!;
            expect(number).toBeGreaterThan(mark ?? 0);
            expect(Number.isSafeInteger(number)).toBe(true);
            mark = number;
          }
        }
      }),
    );
  });

  it('every push comes out once, whatever order its keys are settled in', () => {
    const pushes = fc.array(fc.constantFrom('a.event.x.1', 'a.event.x.2', 'a.event.x.3'), { maxLength: 30 });
    fc.assert(
      fc.property(pushes, fc.array(fc.nat(30)), (keys, settledAt) => {
        const book = createAdmissions();
        const tasks = keys.map(
          (key, index) => enter(book, aPush({ id: `${index}`, key }), key, undefined, now)!,
        );
        const out: string[] = [];
        for (const at of [...settledAt, ...tasks.keys()]) {
          const task = tasks[at];
          if (task) out.push(...settle(book, task.key, task.number, known).accepted);
        }
        expect(out.toSorted()).toEqual(keys.map((_, index) => `${index}`).toSorted());
        expect([book.waiting.size, book.ids.size]).toEqual([0, 0]);
      }),
    );
  });
});

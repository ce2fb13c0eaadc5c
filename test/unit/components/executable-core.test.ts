import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ExecutableEffect,
  type ExecutableEvent,
  type ExecutableState,
  newExecutable,
  superviseExecutable,
} from '../../../src/components/executable-core.ts';

/** What came of the events, and of the last one alone. */
function play(...events: ExecutableEvent[]): {
  state: ExecutableState;
  all: ExecutableEffect[];
  last: readonly ExecutableEffect[];
} {
  let state = newExecutable;
  const all: ExecutableEffect[] = [];
  let last: readonly ExecutableEffect[] = [];
  for (const event of events) {
    ({ state, effects: last } = superviseExecutable(state, event));
    all.push(...last);
  }
  return { state, all, last };
}

const ask = (id: number, atMs = 0): ExecutableEvent => ({ type: 'asked', id, line: `request ${id}`, atMs });
const line = (said: unknown): ExecutableEvent => ({ type: 'line', text: JSON.stringify(said) });
const ended = (atMs = 0, how = 'exit code 1'): ExecutableEvent => ({ type: 'ended', how, atMs });
const started: ExecutableEvent = { type: 'started' };
const sent = (id: number) => ({ type: 'send', line: `request ${id}` });
const failed = (id: number, code: string, message: unknown = expect.any(String)) => {
  return { type: 'answer', id, answer: { kind: 'error', code, message } };
};
const killed = { type: 'kill', reason: expect.any(String) };

describe('an executable', () => {
  test('is started when it is first asked, and then asked', () => {
    expect(play(ask(1)).all).toEqual([{ type: 'start', afterMs: 0 }]);
    expect(play(ask(1), ask(2), started).last).toEqual([sent(1), sent(2)]);
    expect(play(ask(1), started, ask(2)).last).toEqual([sent(2)]);
  });

  test('answers in any order', () => {
    const { all, state } = play(
      ask(1),
      ask(2),
      started,
      line({ id: 2, body: 'b' }),
      line({ id: 1, end: 'x' }),
    );
    expect(all.slice(-2)).toEqual([
      { type: 'answer', id: 2, answer: { kind: 'body', body: 'b', emit: [] } },
      { type: 'answer', id: 1, answer: { kind: 'end', reason: 'x', emit: [] } },
    ]);
    expect(state.asked.size).toBe(0);
  });

  test('is killed when a request passes its deadline, and the others are asked again of its next life', () => {
    const overdue = [ask(1), ask(2), started, { type: 'overdue', id: 1 }] as const;
    expect(play(...overdue).last).toEqual([failed(1, 'action.timeout'), killed]);
    expect(play(...overdue, ask(3), ended(5, 'SIGKILL')).last).toEqual([{ type: 'start', afterMs: 0 }]);
    expect(play(...overdue, ask(3), ended(5, 'SIGKILL'), started).last).toEqual([sent(2), sent(3)]);
  });

  test('is not killed for a request that was not sent yet', () => {
    const { last, state } = play(ask(1), { type: 'overdue', id: 1 });
    expect(last).toEqual([failed(1, 'action.timeout')]);
    expect(superviseExecutable(state, started).effects).toEqual([]);
  });

  test('fails all it was asked when it ends by itself, for any of it may be the reason', () => {
    const { last } = play(ask(1), ask(2), started, ended());
    const reason = 'The executable ended (exit code 1).';
    expect(last).toEqual([failed(1, 'action.failed', reason), failed(2, 'action.failed', reason)]);
  });

  test('fails what it was asked when it cannot be started', () => {
    const { last } = play(ask(1), ended(0, 'spawn ENOENT'));
    expect(last).toEqual([failed(1, 'action.failed', 'The executable ended (spawn ENOENT).')]);
  });

  test('waits longer each time that it is started after an end, and not for nobody', () => {
    let state = newExecutable;
    const waits: number[] = [];
    for (let id = 1; id <= 6; id++) {
      const { state: next, effects } = superviseExecutable(state, ask(id, 0));
      const [start] = effects as [Extract<ExecutableEffect, { type: 'start' }>];
      waits.push(start.afterMs);
      state = superviseExecutable(superviseExecutable(next, started).state, ended(0)).state;
      expect(state.phase).toBe('down');
    }
    expect(waits).toEqual([0, 0, 100, 500, 1000, 4000]);
    const later = superviseExecutable(state, ask(7, 120_000));
    expect(later.effects).toEqual([{ type: 'start', afterMs: 0 }]);
  });

  test('may say a few lines that answer nothing', () => {
    const strange: ExecutableEvent[] = [
      { type: 'line', text: 'hello' },
      { type: 'line', text: undefined },
      line({ id: 9, body: 1 }),
    ];
    const { all } = play(ask(1), started, ...strange, line({ id: 1, body: 1 }));
    expect(all.slice(2)).toEqual([
      { type: 'ignore', problem: 'is no JSON' },
      { type: 'ignore', problem: 'is too long' },
      { type: 'ignore', problem: 'answers what nobody asked' },
      expect.objectContaining({ type: 'answer', id: 1 }),
    ]);
  });

  test('is killed when it says too many of them in a row', () => {
    const noise = Array.from({ length: 100 }, (): ExecutableEvent => ({ type: 'line', text: 'noise' }));
    const once = play(ask(1), ask(2), started, ...noise, { type: 'line', text: 'noise' });
    expect(once.last).toEqual([failed(1, 'action.failed'), failed(2, 'action.failed'), killed]);
    const between = play(ask(1), ask(2), started, ...noise, line({ id: 1, body: 1 }), ...noise);
    expect(between.state.phase).toBe('up');
  });

  test('is killed when it can answer no more', () => {
    expect(play(ask(1), started, { type: 'muted' }).last).toEqual([failed(1, 'action.failed'), killed]);
  });

  test('is asked nothing once it is stopped', () => {
    expect(play(ask(1), started, { type: 'stopped' }).last).toEqual([failed(1, 'action.failed')]);
    expect(play({ type: 'stopped' }, ask(1)).last).toEqual([failed(1, 'action.failed')]);
    expect(play(ask(1), started, { type: 'stopped' }, ended()).last).toEqual([]);
  });

  test('has no more requests than it can be behind with', () => {
    const many = Array.from({ length: 1000 }, (_, index) => ask(index));
    expect(play(...many, ask(1000)).last).toEqual([failed(1000, 'intake.full')]);
  });

  test('answers each request once, whatever happens', () => {
    const event = fc.oneof(
      { weight: 3, arbitrary: fc.constant('ask') },
      fc.constantFrom('started', 'muted', 'ended', 'noise'),
      fc.record({ answers: fc.nat(20) }),
      fc.record({ overdue: fc.nat(20) }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (drawn) => {
        let id = 0;
        const toEvent = (one: (typeof drawn)[number]): ExecutableEvent => {
          if (one === 'ask') return ask(++id);
          if (one === 'noise') return { type: 'line', text: '?' };
          if (one === 'started') return started;
          if (one === 'muted') return { type: 'muted' };
          if (one === 'ended') return ended();
          return 'answers' in one ? line({ id: one.answers, body: 1 }) : { type: 'overdue', id: one.overdue };
        };
        const { all, state } = play(...drawn.map(toEvent), { type: 'stopped' });
        const answered = all.flatMap((effect) => (effect.type === 'answer' ? [effect.id] : []));
        expect(answered.toSorted((a, b) => a - b)).toEqual(
          Array.from({ length: id }, (_, index) => index + 1),
        );
        expect(state.asked.size).toBe(0);
      }),
    );
  });
});

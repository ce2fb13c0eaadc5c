import { describe, expect, test } from 'vitest';
import { type Component, isEndOfFlow } from '../../../src/actors/component.ts';
import { isolate } from '../../../src/components/isolate.ts';
import { aContext } from './a-context.ts';

const call = (component: Component, body: unknown) => isolate('C', component)['m']!(body, aContext());

describe('a component of a user', () => {
  test('is given a fresh body, so that what it does to it stays with it', () => {
    const body = { list: [1] };
    call({ m: (given) => (given as typeof body).list.push(2) }, body);
    expect(body).toEqual({ list: [1] });
  });

  test('answers with a copy, so that it changes nothing afterwards', async () => {
    const kept = { n: 1 };
    const returned = call({ m: () => kept }, null);
    const promised = call({ m: async () => kept }, null);
    kept.n = 2;
    expect([returned, await promised]).toEqual([{ n: 1 }, { n: 2 }]);
    kept.n = 3;
    expect(await promised).toEqual({ n: 2 });
  });

  test('may end its flow, at once or later', async () => {
    expect(isEndOfFlow(call({ m: (_, context) => context.end('done') }, null))).toBe(true);
    expect(isEndOfFlow(await call({ m: async (_, context) => context.end('done') }, null))).toBe(true);
  });

  test('finds its own methods', () => {
    const component = {
      m(body: unknown) {
        return this.twice(body);
      },
      twice: (body: unknown) => (body as number) * 2,
    };
    expect(call(component, 21)).toBe(42);
  });

  test('answers null where it has nothing to say', () => {
    expect(call({ m: () => undefined }, null)).toBeNull();
    expect(call({ m: () => () => 1 }, null)).toBeNull();
  });

  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  test.each([
    ['a circle', circle],
    ['a number without end', 1n],
  ])('answers no %s: the task is a dead letter, for it would never be data', async (_, value) => {
    const notData = { code: 'body.not-data', message: expect.stringContaining('What C.m returned') };
    expect(() => call({ m: () => value }, null)).toThrow(expect.objectContaining(notData));
    await expect(call({ m: async () => value }, null)).rejects.toMatchObject(notData);
  });

  test('may bring promises of its own make', async () => {
    const made = Object.defineProperty({}, 'then', { value: (settle: (value: number) => void) => settle(7) });
    const returned = call({ m: () => made }, null);
    expect(returned).toBeInstanceOf(Promise);
    expect(await returned).toBe(7);
  });
});

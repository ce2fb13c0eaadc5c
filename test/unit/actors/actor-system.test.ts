import { afterEach, describe, expect, test, vi } from 'vitest';
import { type ActorRef, ActorSystem, type Behaviour } from '../../../src/actors/actor-system.ts';
import { PolarError } from '../../../src/model/errors.ts';

const patient = new AbortController().signal;
const systems: ActorSystem[] = [];

function createSystem(options: ConstructorParameters<typeof ActorSystem>[0] = {}): ActorSystem {
  const system = new ActorSystem(options);
  systems.push(system);
  return system;
}

afterEach(() => {
  for (const system of systems.splice(0)) system.stop();
  vi.useRealTimers();
});

/** Counts its messages, answers each when told to, and remembers how many of its kind were made and ended. */
function createCounters() {
  const seen = { made: 0, ended: 0, received: [] as number[] };
  const answers: (() => void)[] = [];
  const create = (): Behaviour<number, number> => {
    seen.made += 1;
    let count = 0;
    return {
      receive: (message) => {
        seen.received.push(message);
        count += 1;
        const answer = count;
        return new Promise((resolve) => answers.push(() => resolve(answer)));
      },
      stop: () => {
        seen.ended += 1;
      },
    };
  };
  return { seen, create, answerNext: () => answers.shift()?.() };
}

const echo = (): Behaviour<string, string> => ({ receive: (message) => message });
const throwing = (error: unknown) => (): Behaviour<string, string> => ({
  receive: (message) => {
    if (message === 'throw') throw error;
    return message;
  },
});

describe('an actor', () => {
  test('gets one message at a time, in order', async () => {
    const { seen, create, answerNext } = createCounters();
    const actor = createSystem().spawn(create, 'counter');
    const first = actor.ask(1, patient);
    const second = actor.ask(2, patient);
    await Promise.resolve();
    expect(seen.received).toEqual([1]);
    answerNext();
    expect(await first).toBe(1);
    expect(seen.received).toEqual([1, 2]);
    answerNext();
    expect(await second).toBe(2);
    expect(seen.made).toBe(1);
  });

  test('answers for its name, whoever holds the reference', async () => {
    const { create, answerNext } = createCounters();
    const system = createSystem();
    const asks = [1, 2].map((message) => system.spawn(create, 'counter').ask(message, patient));
    await Promise.resolve();
    answerNext();
    expect(await asks[0]).toBe(1);
    answerNext();
    expect(await asks[1]).toBe(2);
  });

  test('refuses a message when its mailbox is full', async () => {
    const { create } = createCounters();
    const actor = createSystem({ mailboxCapacity: 1 }).spawn(create, 'counter');
    const kept = [1, 2].map((message) => actor.ask(message, patient));
    await expect(actor.ask(3, patient)).rejects.toMatchObject({ code: 'intake.full' });
    for (const ask of kept) ask.catch(() => {});
  });

  test('never sees a message whose asker stopped waiting for its turn', async () => {
    const { seen, create, answerNext } = createCounters();
    const actor = createSystem().spawn(create, 'counter');
    const first = actor.ask(1, patient);
    const impatient = new AbortController();
    const second = actor.ask(2, impatient.signal);
    impatient.abort(new Error('too late'));
    await expect(second).rejects.toThrow('too late');
    answerNext();
    await first;
    expect(seen.received).toEqual([1]);
  });

  test('keeps to one message at a time when the asker of the one in hand stopped waiting', async () => {
    const { seen, create, answerNext } = createCounters();
    const actor = createSystem().spawn(create, 'counter');
    const impatient = new AbortController();
    const first = actor.ask(1, impatient.signal);
    await Promise.resolve();
    impatient.abort(new Error('too late'));
    await expect(first).rejects.toThrow('too late');
    const second = actor.ask(2, patient);
    expect(seen.received).toEqual([1]);
    answerNext();
    await vi.waitFor(() => expect(seen.received).toEqual([1, 2]));
    answerNext();
    expect(await second).toBe(2);
  });
});

describe('a throw', () => {
  const makes = (create: () => Behaviour<string, string>) => {
    const spy = vi.fn(create);
    return { spy, actorOf: (system: ActorSystem): ActorRef<string, string> => system.spawn(spy, 'a') };
  };

  test('without a code ends the actor: the ask rejects, the next one gets a fresh actor', async () => {
    const { spy, actorOf } = makes(throwing(new TypeError('mistake')));
    const actor = actorOf(createSystem());
    await expect(actor.ask('throw', patient)).rejects.toThrow('mistake');
    expect(await actor.ask('hello', patient)).toBe('hello');
    expect(spy).toHaveBeenCalledTimes(2);
  });

  test('fails its own message only: those that wait are answered', async () => {
    const actor = createSystem().spawn(throwing(new TypeError('mistake')), 'a');
    const asks = ['throw', 'one', 'throw', 'two'].map((message) => actor.ask(message, patient));
    const outcomes = await Promise.allSettled(asks);
    expect(outcomes.map((outcome) => outcome.status)).toEqual([
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
  });

  test('of a known error keeps the actor', async () => {
    const { spy, actorOf } = makes(throwing(new PolarError('body.not-data', 'not JSON')));
    const actor = actorOf(createSystem());
    await expect(actor.ask('throw', patient)).rejects.toMatchObject({ code: 'body.not-data' });
    await actor.ask('hello', patient);
    expect(spy).toHaveBeenCalledTimes(1);
  });

  test('of a fatal error is escalated', async () => {
    const onEscalate = vi.fn();
    const error = new PolarError('journal.corrupt', 'contradiction');
    const actor = createSystem({ onEscalate }).spawn(throwing(error), 'a');
    await expect(actor.ask('throw', patient)).rejects.toBe(error);
    expect(onEscalate).toHaveBeenCalledExactlyOnceWith(error);
  });

  test.each([
    ['permanent', 1],
    ['temporary', 0],
  ] as const)('of %s actors beyond the intensity is escalated %i times', async (restart, times) => {
    const onEscalate = vi.fn();
    const system = createSystem({ onEscalate, intensity: { restarts: 2, periodMs: 60_000 } });
    const actor = system.spawn(throwing(new Error('mistake')), 'a', { restart });
    for (let crash = 0; crash < 3; crash += 1) await actor.ask('throw', patient).catch(() => {});
    expect(onEscalate).toHaveBeenCalledTimes(times);
  });
});

describe('memory is bounded', () => {
  test('the least recently asked idle actor ends when there are too many', async () => {
    const system = createSystem({ maxActors: 2 });
    const ended: string[] = [];
    const ask = (name: string) =>
      system.spawn(() => ({ receive: () => name, stop: () => ended.push(name) }), name).ask('', patient);
    for (const name of ['a', 'b', 'a', 'c']) await ask(name);
    expect(ended).toEqual(['b']);
  });

  test('one more is refused while all are busy', async () => {
    const system = createSystem({ maxActors: 1 });
    const { create, answerNext } = createCounters();
    const busy = system.spawn(create, 'busy').ask(1, patient);
    await expect(system.spawn(echo, 'other').ask('hello', patient)).rejects.toMatchObject({
      code: 'intake.full',
    });
    answerNext();
    await busy;
    expect(await system.spawn(echo, 'other').ask('hello', patient)).toBe('hello');
  });

  test('an actor ends when it has been idle for long, a permanent one does not', async () => {
    vi.useFakeTimers();
    const system = createSystem({ idleMs: 1000 });
    const ended: string[] = [];
    for (const restart of ['temporary', 'permanent'] as const) {
      const create = () => ({ receive: () => '', stop: () => ended.push(restart) });
      await system.spawn(create, restart, { restart }).ask('', patient);
    }
    vi.advanceTimersByTime(400);
    expect(ended).toEqual([]);
    vi.advanceTimersByTime(1200);
    expect(ended).toEqual(['temporary']);
  });
});

test('a stopped system refuses what waits, and ends each actor after the message in hand', async () => {
  const system = createSystem();
  const { seen, create, answerNext } = createCounters();
  const actor = system.spawn(create, 'counter');
  const first = actor.ask(1, patient);
  const second = actor.ask(2, patient);
  await Promise.resolve();
  system.stop();
  await expect(second).rejects.toMatchObject({ code: 'control.refused' });
  expect(seen.ended).toBe(0);
  answerNext();
  expect(await first).toBe(1);
  await vi.waitFor(() => expect(seen.ended).toBe(1));
  await expect(actor.ask(3, patient)).rejects.toMatchObject({ code: 'control.refused' });
});

import { afterEach, describe, expect, test } from 'vitest';
import { closeHouses, createHouse, isAlive, until } from './house.ts';

afterEach(closeHouses);

describe('start', () => {
  test('makes the children ready in order', async () => {
    const { supervisor, story, see } = createHouse(['a', 'b', 'c']);
    await supervisor.start();
    expect(story).toEqual(['ready a1', 'ready b1', 'ready c1']);
    expect(see('a')).toMatchObject({ role: 'fixture', state: 'ready', restarts: 0, incarnation: 1 });
  });

  test('a child that refuses its configuration for good ends the start with its code and hint', async () => {
    const { supervisor, modes, see } = createHouse(['a', 'b', 'c']);
    modes.set('b', 'refuse');
    await expect(supervisor.start()).rejects.toMatchObject({
      code: 'journal.schema-newer',
      message: 'The journal is from the future.',
      hint: 'Update.',
    });
    expect(['a', 'b', 'c'].map((name) => see(name).state)).toEqual(['down', 'down', 'down']);
    expect(see('b').lastExit?.code).toBe(78);
  });

  test('a child that fails for now is started again', async () => {
    const { supervisor, modes, see } = createHouse(['a']);
    modes.set('a', 'falter');
    const start = supervisor.start();
    await until(() => see('a').startFailure !== undefined);
    expect(see('a').startFailure).toMatchObject({ code: 'io.failed', message: 'The file is busy.' });
    modes.delete('a');
    await start;
    expect(see('a')).toMatchObject({ state: 'ready', lastExit: { code: 74 } });
    expect(see('a').startFailure).toBeUndefined();
  });

  test('a child that never gets ready is killed, and named when that goes on', async () => {
    const intensity = { restarts: 1, periodMs: 60_000 };
    const { supervisor, modes, story } = createHouse(['a'], { intensity }, { readyWithinMs: 200 });
    modes.set('a', 'dawdle');
    await expect(supervisor.start()).rejects.toMatchObject({
      code: 'node.start-failed',
      message: 'a ended again after 1 restarts within 60 s: was not ready within 0.2 s',
    });
    expect(story).toEqual(['exit a1 SIGKILL', 'exit a2 SIGKILL']);
  });

  test('a module that cannot be loaded is a crash like any other', async () => {
    const intensity = { restarts: 0, periodMs: 60_000 };
    const module = new URL('./fixtures/absent.mjs', import.meta.url);
    const { supervisor } = createHouse(['a'], { intensity }, { module });
    await expect(supervisor.start()).rejects.toMatchObject({ code: 'node.start-failed' });
  });
});

describe('a child that dies', () => {
  test('by kill -9 is ready again within two seconds, as a new incarnation', async () => {
    const { supervisor, story, see } = createHouse(['a', 'b']);
    await supervisor.start();
    const killed = see('a').pid as number;
    process.kill(killed, 'SIGKILL');
    await until(() => story.includes('ready a2'));
    expect(story.slice(2)).toEqual(['exit a1 SIGKILL', 'ready a2']);
    expect(see('a')).toMatchObject({ state: 'ready', restarts: 1, lastExit: { signal: 'SIGKILL' } });
    expect(see('a').pid).not.toBe(killed);
    expect(see('a').lastExit?.backInMs).toBeLessThan(2000);
    expect(see('b')).toMatchObject({ restarts: 0, incarnation: 1 });
  });

  test('of an uncaught mistake exits with 70 and is started again', async () => {
    const { supervisor, story, see } = createHouse(['a']);
    await supervisor.start();
    expect(supervisor.send('a', 'throw')).toBe(true);
    await until(() => story.includes('ready a2'));
    expect(see('a').lastExit?.code).toBe(70);
  });

  test('hears SIGINT and SIGTERM and goes on', async () => {
    const { supervisor, story, see } = createHouse(['a']);
    await supervisor.start();
    process.kill(see('a').pid as number, 'SIGINT');
    process.kill(see('a').pid as number, 'SIGTERM');
    supervisor.send('a', 'still there?');
    await until(() => story.includes('message a {"heard":"still there?"}'));
    expect(see('a').restarts).toBe(0);
  });

  test('again and again is escalated once the intensity is exceeded, and nothing runs then', async () => {
    const intensity = { restarts: 2, periodMs: 60_000 };
    const { supervisor, story, see, modes } = createHouse(['a', 'b'], { intensity });
    await supervisor.start();
    modes.set('b', 'crash');
    process.kill(see('b').pid as number, 'SIGKILL');
    await until(() => story.some((line) => line.startsWith('escalate')));
    expect(story.at(-1)).toBe('escalate b ended again after 2 restarts within 60 s');
    expect(['a', 'b'].map((name) => see(name).state)).toEqual(['down', 'down']);
  });
});

describe('liveness', () => {
  test('a child whose loop hangs is killed and replaced; its statistics are known', async () => {
    const { supervisor, story, see } = createHouse(['a', 'b'], { pingEveryMs: 100 });
    await supervisor.start();
    supervisor.send('b', 'count this');
    await until(() => JSON.stringify(see('b').stats) === '{"heard":1}');
    process.kill(see('a').pid as number, 'SIGSTOP');
    await until(() => story.includes('ready a2'));
    expect(see('a').lastExit?.signal).toBe('SIGKILL');
    expect(see('b').restarts).toBe(0);
  });
});

describe('drain', () => {
  test('ends the children in the given order, each before the next begins, and hears their last words', async () => {
    const { supervisor, story, see } = createHouse(['a', 'b', 'c']);
    await supervisor.start();
    const pids = ['a', 'b', 'c'].map((name) => see(name).pid as number);
    await supervisor.drain(['b', 'c', 'a']);
    const last = (name: string) => [
      `message ${name} "draining"`,
      expect.stringMatching(`^message ${name} ..last`),
      `exit ${name}1 0`,
    ];
    expect(story.slice(3)).toEqual([...last('b'), ...last('c'), ...last('a')]);
    expect(pids.filter(isAlive)).toEqual([]);
  });

  test('goes on without a child that does not finish in time', async () => {
    const { supervisor, story } = createHouse(['a'], {}, { drainWithinMs: 100 });
    await supervisor.start();
    supervisor.send('a', 'never drain');
    await until(() => story.includes('message a {"heard":"never drain"}'));
    await supervisor.drain();
    expect(story.at(-1)).toBe('exit a1 0');
  });

  test('kills a child that hears nothing any more', async () => {
    const { supervisor, story, see } = createHouse(['a'], {}, { drainWithinMs: 100 });
    await supervisor.start();
    process.kill(see('a').pid as number, 'SIGSTOP');
    await supervisor.drain();
    expect(story.at(-1)).toBe('exit a1 SIGKILL');
  });

  test('in the midst of the start leaves nothing behind', async () => {
    const { supervisor, modes, see } = createHouse(['a', 'b', 'c']);
    modes.set('b', 'dawdle');
    const start = supervisor.start();
    await until(() => see('b').state === 'starting' && see('a').state === 'ready');
    const pids = ['a', 'b', 'c'].map((name) => see(name).pid as number);
    await supervisor.drain();
    await expect(start).rejects.toMatchObject({ code: 'node.start-failed' });
    expect(pids.filter(isAlive)).toEqual([]);
  });
});

test('a restart that is asked for drains the child and starts its successor', async () => {
  const { supervisor, story } = createHouse(['a', 'b']);
  await supervisor.start();
  await supervisor.restart('a');
  expect(story).toContain('ready a2');
  expect(story).toContain('message a "draining"');
  expect(story).toContain('exit a1 0');
  expect(() => supervisor.restart('c')).toThrowError('No process is named "c".');
});

test('a child that is added gets ready beside the others', async () => {
  const { supervisor, story, see } = createHouse(['a']);
  await supervisor.start();
  const module = new URL('./fixtures/child.mjs', import.meta.url);
  await supervisor.add({ name: 'b', role: 'fixture', module, restart: 'permanent' });
  expect(story).toContain('ready b1');
  expect(see('b').state).toBe('ready');
  supervisor.broadcast('hello');
  await until(() => story.filter((line) => line.endsWith('{"heard":"hello"}')).length === 2);
});

test('a child that is removed drains, ends and is forgotten; one of its name has another life', async () => {
  const { supervisor, story, see } = createHouse(['a', 'b']);
  await supervisor.start();
  await supervisor.remove('b');
  expect(story).toContain('message b "draining"');
  expect(story).toContain('exit b1 0');
  expect(supervisor.snapshot().map(({ name }) => name)).toEqual(['a']);
  const module = new URL('./fixtures/child.mjs', import.meta.url);
  await supervisor.add({ name: 'b', role: 'fixture', module, restart: 'permanent' });
  expect(see('b')).toMatchObject({ state: 'ready', incarnation: 2, restarts: 0 });
});

test('restarts by hand are no failures, and one in its back-off does not wait on', async () => {
  const { supervisor, modes, see } = createHouse(['a'], { intensity: { restarts: 4, periodMs: 60_000 } });
  await supervisor.start();
  for (let time = 0; time < 6; time++) await supervisor.restart('a');
  modes.set('a', 'crash');
  process.kill(see('a').pid as number, 'SIGKILL');
  // The third restart within the period is half a second away; from the fifth on they are too many.
  await until(() => see('a').state === 'restarting' && see('a').pid === undefined);
  modes.set('a', 'obey');
  await supervisor.restart('a');
  expect(see('a').state).toBe('ready');
});

test('whoever waits for a restart is told when everything is stopped', async () => {
  const { supervisor } = createHouse(['a', 'b']);
  await supervisor.start();
  const restart = expect(supervisor.restart('a')).rejects.toMatchObject({ code: 'control.refused' });
  await supervisor.drain();
  await restart;
  expect(() => supervisor.restart('a')).toThrowError('The node stops.');
});

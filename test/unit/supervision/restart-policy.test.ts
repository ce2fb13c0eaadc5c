import { describe, expect, test } from 'vitest';
import type { ChildSpec, RestartType, Strategy } from '../../../src/supervision/restart-policy.ts';
import { started, stopped, World } from './world.ts';

const permanent = (...names: string[]): ChildSpec[] => names.map((name) => ({ name, restart: 'permanent' }));

function running(strategy: Strategy, specs: readonly ChildSpec[], restarts = 10): World {
  const world = new World({ strategy, intensity: { restarts, periodMs: 60_000 } }, specs);
  world.tell({ type: 'start' });
  world.calm();
  return world;
}

describe('starting and stopping', () => {
  test('starts a child only when those before it are ready', () => {
    const policy = { strategy: 'one-for-one', intensity: { restarts: 1, periodMs: 1 } } as const;
    const world = new World(policy, permanent('a', 'b', 'c'));
    expect(started(world.tell({ type: 'start' }))).toEqual(['a']);
    expect(started(world.ready('a'))).toEqual(['b']);
    expect(started(world.ready('b'))).toEqual(['c']);
    expect(world.ready('c')).toEqual([]);
  });

  test('stops in reverse order, each when the one before it has exited', () => {
    const world = running('one-for-one', permanent('a', 'b', 'c'));
    expect(stopped(world.tell({ type: 'stop' }))).toEqual(['c']);
    expect(stopped(world.exit('c', 'normal'))).toEqual(['b']);
    expect(stopped(world.exit('b', 'normal'))).toEqual(['a']);
    expect(world.exit('a', 'normal')).toMatchObject([{ type: 'ended', reason: 'stopped' }]);
  });

  test('stops in the order that is asked for', () => {
    const world = running('one-for-one', permanent('a', 'b', 'c'));
    const effects = [...world.tell({ type: 'stop', order: ['b', 'c', 'a'] }), ...world.calm()];
    expect(stopped(effects)).toEqual(['b', 'c', 'a']);
  });

  test('a child that dies during the stop stays down', () => {
    const world = running('one-for-one', permanent('a', 'b'));
    world.tell({ type: 'stop' });
    expect(world.exit('a')).toEqual([]);
    expect(world.calm()).toMatchObject([{ type: 'ended', reason: 'stopped' }]);
  });

  test('a restart that is asked for drains the child, counts nothing and touches no one else', () => {
    const world = running('one-for-one', permanent('a', 'b'), 0);
    expect(world.tell({ type: 'restart', name: 'a' })).toEqual([
      { type: 'stop', name: 'a', drain: true, restarts: true },
    ]);
    expect(world.exit('a', 'normal')).toEqual([{ type: 'start', name: 'a', afterMs: 0 }]);
  });

  test('one that waits for its back-off is restarted by hand at once', () => {
    const world = running('one-for-one', permanent('a', 'b'));
    world.exit('a');
    world.calm();
    expect(world.exit('a')).toMatchObject([{ type: 'start', name: 'a', afterMs: 100 }]);
    expect(stopped(world.tell({ type: 'restart', name: 'a' }))).toEqual(['a']);
    expect(world.exit('a', 'normal')).toEqual([{ type: 'start', name: 'a', afterMs: 0 }]);
  });

  test('one that is removed is drained, forgotten, and nobody waits for it', () => {
    const world = running('one-for-one', permanent('a', 'b'), 0);
    expect(world.tell({ type: 'removed', name: 'a' })).toEqual([
      { type: 'stop', name: 'a', drain: true, restarts: false },
    ]);
    // Whatever it ends of: it was to go.
    expect(world.exit('a', 'abnormal')).toEqual([]);
    expect(world.state.children.map(({ name }) => name)).toEqual(['b']);
    expect(started(world.tell({ type: 'added', child: { name: 'a', restart: 'permanent' } }))).toEqual(['a']);
  });

  test('one that is removed while others stop goes in its turn, each once', () => {
    const world = running('one-for-one', permanent('a', 'b', 'c'));
    const effects = [
      ...world.tell({ type: 'removed', name: 'b' }),
      ...world.tell({ type: 'removed', name: 'a' }),
      ...world.calm(),
    ];
    expect(stopped(effects)).toEqual(['b', 'a']);
    expect(world.state.children.map(({ name }) => name)).toEqual(['c']);
  });

  test('a child that is added starts after the ones that are there', () => {
    const world = running('one-for-one', permanent('a'));
    expect(started(world.tell({ type: 'added', child: { name: 'b', restart: 'permanent' } }))).toEqual(['b']);
  });
});

describe('who is restarted', () => {
  test.each<[RestartType, 'normal' | 'abnormal', boolean]>([
    ['permanent', 'normal', true],
    ['permanent', 'abnormal', true],
    ['transient', 'normal', false],
    ['transient', 'abnormal', true],
    ['temporary', 'normal', false],
    ['temporary', 'abnormal', false],
  ])('a %s child after a %s end: %s', (restart, how, isRestarted) => {
    const world = running('one-for-one', [{ name: 'a', restart }]);
    expect(started(world.exit('a', how))).toEqual(isRestarted ? ['a'] : []);
  });

  test.each<[Strategy, string[], string[]]>([
    ['one-for-one', [], ['b']],
    ['rest-for-one', ['d', 'c'], ['b', 'c', 'd']],
    ['one-for-all', ['d', 'c', 'a'], ['a', 'b', 'c', 'd']],
  ])('%s stops %j and starts %j when b of a, b, c, d dies', (strategy, stops, starts) => {
    const world = running(strategy, permanent('a', 'b', 'c', 'd'));
    const effects = [...world.exit('b'), ...world.calm()];
    expect(stopped(effects)).toEqual(stops);
    expect(started(effects)).toEqual(starts);
  });

  test('one-for-one restarts two children at a time, without waiting for each other', () => {
    const world = running('one-for-one', permanent('a', 'b'));
    world.exit('a');
    expect(started(world.exit('b'))).toEqual(['b']);
  });
});

describe('intensity', () => {
  test('the first restart is at once, repeated ones wait longer', () => {
    const world = running('one-for-one', permanent('a'));
    const waits = Array.from({ length: 7 }, () => {
      const [effect] = world.exit('a');
      world.calm();
      return effect?.type === 'start' ? effect.afterMs : undefined;
    });
    expect(waits).toEqual([0, 100, 500, 1000, 4000, 5000, 5000]);
  });

  test('one restart too many stops all without drain, then escalates', () => {
    const world = running('one-for-one', permanent('a', 'b'), 1);
    world.exit('b');
    world.calm();
    expect(world.exit('b')).toMatchObject([{ type: 'stop', name: 'a', drain: false }]);
    expect(world.exit('a')).toMatchObject([{ type: 'ended', reason: 'escalated', culprit: 'b' }]);
  });

  test('restarts that lie further back than the period do not count', () => {
    const world = running('one-for-one', permanent('a'), 1);
    for (let crash = 0; crash < 20; crash += 1) {
      world.nowMs += 60_000;
      expect(world.exit('a')).toEqual([{ type: 'start', name: 'a', afterMs: 0 }]);
      world.calm();
    }
  });

  test('a child that cannot go on is not restarted but escalated', () => {
    const world = running('one-for-one', permanent('a'));
    expect(world.exit('a', 'fatal')).toMatchObject([{ type: 'ended', reason: 'escalated', culprit: 'a' }]);
  });
});

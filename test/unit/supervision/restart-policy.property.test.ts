import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ChildSpec, RestartType, Strategy } from '../../../src/supervision/restart-policy.ts';
import { started, stopped, World } from './world.ts';

const intensity = { restarts: 3, periodMs: 1000 };
const strategies = fc.constantFrom<Strategy>('one-for-one', 'rest-for-one', 'one-for-all');
const families = fc
  .array(fc.constantFrom<RestartType>('permanent', 'transient', 'temporary'), { minLength: 1, maxLength: 5 })
  .map((types) => types.map((restart, index): ChildSpec => ({ name: `child-${index}`, restart })));

interface Happening {
  readonly does: 'ready' | 'exit' | 'restart' | 'remove';
  readonly who: number;
  readonly how: 'normal' | 'abnormal';
  readonly afterMs: number;
}

const histories = fc.array(
  fc.record<Happening>({
    does: fc.constantFrom('ready', 'ready', 'exit', 'exit', 'restart', 'remove'),
    who: fc.nat(),
    how: fc.constantFrom('normal', 'abnormal'),
    afterMs: fc.nat(600),
  }),
  { maxLength: 60 },
);

/** Carries out what makes sense at the time; true when it did. */
function happen(world: World, specs: readonly ChildSpec[], { does, who, how, afterMs }: Happening): boolean {
  world.nowMs += afterMs;
  const name = specs[who % specs.length]?.name ?? '';
  const phase = world.running.get(name);
  if (does === 'restart') world.tell({ type: 'restart', name });
  else if (does === 'remove') world.tell({ type: 'removed', name });
  else if (does === 'ready' && phase === 'starting') world.ready(name);
  else if (does === 'exit' && phase) world.exit(name, how);
  else return false;
  return true;
}

function isReverse(names: readonly string[]): boolean {
  return names.every((name, index) => index === 0 || name < (names[index - 1] ?? ''));
}

describe('after any history', () => {
  test('whoever should run does, in the end, and nobody else; or all are down and that was said once', () => {
    fc.assert(
      fc.property(strategies, families, histories, fc.boolean(), (strategy, specs, history, stops) => {
        const world = new World({ strategy, intensity }, specs);
        world.tell({ type: 'start' });
        for (const happening of history) happen(world, specs, happening);
        if (stops) world.tell({ type: 'stop' });
        world.calm();
        const ends = world.effects.filter((effect) => effect.type === 'ended').length;
        expect(ends).toBe(world.state.ending ? 1 : 0);
        const expected = world.state.children.filter((child) => child.goal === 'up');
        expect([...world.running.keys()].sort()).toEqual(expected.map((child) => child.name));
        if (!world.state.ending) {
          const permanent = world.state.children.filter((child) => child.restart === 'permanent');
          for (const { name } of permanent) expect(world.running.get(name)).toBe('up');
        }
      }),
    );
  });

  test('a temporary child has been started once at most', () => {
    fc.assert(
      fc.property(strategies, families, histories, (strategy, specs, history) => {
        const world = new World({ strategy, intensity: { restarts: 1000, periodMs: 1000 } }, specs);
        world.tell({ type: 'start' });
        const asked = new Set<string>();
        for (const happening of history) {
          if (happening.does === 'restart') asked.add(specs[happening.who % specs.length]?.name ?? '');
          happen(world, specs, happening);
        }
        for (const { name, restart } of specs) {
          if (restart !== 'temporary' || asked.has(name)) continue;
          expect(started(world.effects).filter((other) => other === name).length).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  test('a stop ends the children in reverse start order', () => {
    fc.assert(
      fc.property(strategies, families, histories, (strategy, specs, history) => {
        const world = new World({ strategy, intensity: { restarts: 1000, periodMs: 1000 } }, specs);
        world.tell({ type: 'start' });
        for (const happening of history) happen(world, specs, happening);
        const effects = [...world.tell({ type: 'stop' }), ...world.calm()];
        expect(isReverse(stopped(effects))).toBe(true);
        expect(started(effects)).toEqual([]);
      }),
    );
  });
});

test('escalates exactly when more crashes than allowed fall within the period', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(600), { maxLength: 40 }), (gapsMs) => {
      const world = new World({ strategy: 'one-for-one', intensity }, [{ name: 'a', restart: 'permanent' }]);
      world.tell({ type: 'start' });
      const crashesMs: number[] = [];
      for (const gapMs of gapsMs) {
        world.calm();
        world.nowMs += gapMs;
        crashesMs.push(world.nowMs);
        world.exit('a');
        const recent = crashesMs.filter((atMs) => world.nowMs - atMs < intensity.periodMs);
        const isTooMany = recent.length > intensity.restarts;
        expect(world.state.ending?.reason).toBe(isTooMany ? 'escalated' : undefined);
        if (isTooMany) break;
      }
    }),
  );
});

test('rest-for-one never touches a child that was started before the one that died', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), fc.nat(), (size, who) => {
      const specs = Array.from(
        { length: size },
        (_, index): ChildSpec => ({ name: `child-${index}`, restart: 'permanent' }),
      );
      const world = new World({ strategy: 'rest-for-one', intensity }, specs);
      world.tell({ type: 'start' });
      world.calm();
      const dead = `child-${who % size}`;
      const effects = [...world.exit(dead), ...world.calm()];
      const later = specs.map((spec) => spec.name).filter((name) => name > dead);
      expect(stopped(effects)).toEqual(later.toReversed());
      expect(started(effects)).toEqual([dead, ...later]);
    }),
  );
});

import { PolarError } from '../model/errors.ts';
import type { Tick } from '../model/tick.ts';
import { look } from '../observers/look.ts';
import type { ObserverKind } from '../observers/observer.ts';
import type { ActorSystem, Behaviour } from './actor-system.ts';
import { type Observed, readTick } from './bodies.ts';
import type { Component } from './component.ts';

/** Looks at targets: one actor for each, so that no target is ever looked at twice at a time by one worker. */
export function createObserver(
  kinds: ReadonlyMap<string, ObserverKind>,
  actors: ActorSystem,
  now: () => number,
  secretsDir: string,
): Component {
  return {
    observe(body, { signal }) {
      const tick = readTick(body);
      const behaviour = () => createObserverBehaviour(kinds, now, secretsDir);
      return actors.spawn(behaviour, `observer/${tick.target.name}`).ask(tick, signal);
    },
  };
}

function createObserverBehaviour(
  kinds: ReadonlyMap<string, ObserverKind>,
  now: () => number,
  secretsDir: string,
): Behaviour<Tick, Observed> {
  return {
    async receive(tick, signal) {
      // By the tick's own kind: the tasking travels with each tick, and the next may say something else.
      const { kind: name, settings, timeoutMs } = tick.target;
      const kind = kinds.get(name);
      if (!kind) {
        const hint = `Known are ${[...kinds.keys()].join(', ')}.`;
        throw new PolarError('observer.invalid-target', `"${name}" is no kind of observer.`, { hint });
      }
      return { tick, observation: await look(kind, settings, { signal, timeoutMs, now, secretsDir }) };
    },
  };
}

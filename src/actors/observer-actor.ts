import { PolarError } from '../model/errors.ts';
import type { Observation } from '../model/observation.ts';
import type { Tick } from '../model/tick.ts';
import { look } from '../observers/look.ts';
import type { ObserverKind } from '../observers/observer.ts';
import type { ActorSystem, Behaviour } from './actor-system.ts';
import { type Observed, readTick } from './bodies.ts';
import type { Component } from './component.ts';

/** Hears of every observation that was made. */
export type OnObserved = (look: {
  readonly target: Tick['target'];
  readonly outcome: Observation['outcome']['kind'];
  readonly durationMs: number;
}) => void;

export interface ObserverOptions {
  readonly kinds: ReadonlyMap<string, ObserverKind>;
  readonly actors: ActorSystem;
  /** Wall clock, ms since the epoch. */
  readonly now: () => number;
  /** Where relative paths of secrets begin. */
  readonly secretsDir: string;
  readonly onObserved: OnObserved;
}

/** Looks at targets: one actor for each, so that no target is ever looked at twice at a time by one worker. */
export function createObserver(options: ObserverOptions): Component {
  const { actors, onObserved } = options;
  return {
    async observe(body, { signal }) {
      const tick = readTick(body);
      const behaviour = () => createObserverBehaviour(options);
      const begun = performance.now();
      const observed = await actors.spawn(behaviour, `observer/${tick.target.name}`).ask(tick, signal);
      const { outcome } = observed.observation;
      onObserved({ target: tick.target, outcome: outcome.kind, durationMs: performance.now() - begun });
      return observed;
    },
  };
}

function createObserverBehaviour({ kinds, now, secretsDir }: ObserverOptions): Behaviour<Tick, Observed> {
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

import { stateManagerName } from '../model/actor-names.ts';
import type { ObservationEvent } from '../model/event.ts';
import { reconcile, type TargetState } from '../model/target-state.ts';
import type { ActorSystem, Behaviour } from './actor-system.ts';
import { type Observed, readObserved } from './bodies.ts';
import type { ActionContext, Component, EndOfFlow } from './component.ts';

/** Compares what was seen with the target's row, and says what is worth an event: an actor per target. */
export function createStateManager(actors: ActorSystem): Component {
  return {
    reconcile(body, context) {
      const observed = readObserved(body);
      const name = `state-manager/${observed.tick.target.name}`;
      return actors.spawn(createStateManagerBehaviour, name).ask({ observed, context }, context.signal);
    },
  };
}

interface Reconcile {
  readonly observed: Observed;
  readonly context: ActionContext;
}

function createStateManagerBehaviour(): Behaviour<Reconcile, ObservationEvent | EndOfFlow> {
  return {
    receive({ observed, context }) {
      // From the row each time, never from memory: another worker may have had the target meanwhile.
      const previous = context.state.read(stateManagerName) as TargetState | undefined;
      const { state, event } = reconcile(previous, observed);
      context.state.write(stateManagerName, state);
      return event ?? context.end('unchanged');
    },
  };
}

import type { ObserverKinds } from '../policies/parse-policies.ts';
import type { ActorSystem } from './actor-system.ts';
import { type Component, passBody } from './component.ts';
import { createDeadLetters } from './dead-letters.ts';
import { createDeliveries } from './deliveries.ts';
import { createGateway } from './gateway.ts';
import { createObserver, type OnObserved } from './observer-actor.ts';
import { createParking } from './parking.ts';
import { createPolicyManager } from './policy-manager.ts';
import { createStateManager } from './state-manager.ts';
import { createTaskManager } from './task-manager.ts';

export interface ComponentOptions {
  readonly kinds: ObserverKinds;
  /** Hosts the actors behind the components. Whoever made it stops it. */
  readonly actors: ActorSystem;
  /** Where relative paths of secrets begin; of no account to whoever only asks what components there are. */
  readonly projectDir?: string;
  /** Wall clock, ms since the epoch. */
  readonly now?: () => number;
  /** When this life of the node began, ms since the epoch: periods of looking end with it. */
  readonly startedAt?: number;
  readonly onObserved?: OnObserved;
}

/** The built-in components, by the name that action mappings use before the dot. */
export function createComponents(options: ComponentOptions): ReadonlyMap<string, Component> {
  const { kinds, actors, projectDir = '.', now = Date.now, startedAt = 0, onObserved = () => {} } = options;
  return new Map<string, Component>([
    ['Observer', createObserver({ kinds, actors, now, secretsDir: projectDir, onObserved })],
    ['StateManager', createStateManager(actors, startedAt)],
    ['PolicyManager', createPolicyManager(kinds, actors, now)],
    ['TaskManager', createTaskManager(actors, now)],
    ['Gateway', createGateway()],
    ['Parking', createParking()],
    ['DeadLetters', createDeadLetters()],
    ['Deliveries', createDeliveries(now)],
    // For flows that only carry what was pushed.
    ['Relay', { pass: passBody }],
  ]);
}

/** Component → its methods: what an action mapping may name. */
export function methodsOf(
  components: ReadonlyMap<string, Component>,
): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map([...components].map(([name, component]) => [name, new Set(Object.keys(component))]));
}

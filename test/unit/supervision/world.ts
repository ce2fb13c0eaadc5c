import type {
  ChildSpec,
  RestartPolicy,
  SupervisionEffect,
  SupervisionEvent,
} from '../../../src/supervision/restart-policy.ts';
import { createSupervision, supervise } from '../../../src/supervision/restart-policy.ts';

/** Stands in for the shell: remembers what it was told to do, and checks that it was lawful to tell. */
export class World {
  readonly effects: SupervisionEffect[] = [];
  readonly running = new Map<string, 'starting' | 'up' | 'stopping'>();
  state;
  nowMs = 0;

  constructor(policy: RestartPolicy, specs: readonly ChildSpec[]) {
    this.state = createSupervision(policy, specs);
  }

  /** Returns the effects of this event alone. */
  tell(event: SupervisionEvent): readonly SupervisionEffect[] {
    const { state, effects } = supervise(this.state, event);
    this.state = state;
    for (const effect of effects) this.#carryOut(effect);
    this.effects.push(...effects);
    return effects;
  }

  ready(name: string): readonly SupervisionEffect[] {
    if (this.running.get(name) === 'starting') this.running.set(name, 'up');
    return this.tell({ type: 'ready', name });
  }

  exit(name: string, how: 'normal' | 'abnormal' | 'fatal' = 'abnormal'): readonly SupervisionEffect[] {
    this.running.delete(name);
    return this.tell({ type: 'exited', name, how, atMs: this.nowMs });
  }

  /** Lets every start and stop succeed until nothing is under way; returns what happened on the way. */
  calm(): readonly SupervisionEffect[] {
    const before = this.effects.length;
    for (;;) {
      const [name, doing] = [...this.running].find(([, phase]) => phase !== 'up') ?? [];
      if (name === undefined) return this.effects.slice(before);
      if (doing === 'starting') this.ready(name);
      else this.exit(name, 'normal');
    }
  }

  #carryOut(effect: SupervisionEffect): void {
    if (effect.type === 'start') {
      if (this.running.has(effect.name)) throw new Error(`${effect.name} was started twice`);
      this.running.set(effect.name, 'starting');
    } else if (effect.type === 'stop') {
      if (!this.running.has(effect.name)) throw new Error(`${effect.name} was stopped while down`);
      if ([...this.running.values()].includes('stopping')) throw new Error('two stops at a time');
      this.running.set(effect.name, 'stopping');
    } else if (this.running.size > 0) {
      throw new Error('ended while children run');
    }
  }
}

export function started(effects: readonly SupervisionEffect[]): string[] {
  return effects.flatMap((effect) => (effect.type === 'start' ? [effect.name] : []));
}

export function stopped(effects: readonly SupervisionEffect[]): string[] {
  return effects.flatMap((effect) => (effect.type === 'stop' ? [effect.name] : []));
}

import { stateManagerName, targetKeyOf } from '../model/actor-names.ts';
import type { AttestedEvent, ObservationEvent } from '../model/event.ts';
import {
  countBeforeEnd,
  type Entered,
  endOfLife,
  enterLife,
  isOfAnotherLife,
  type NodeLife,
  stop,
} from '../model/node-life.ts';
import { age, retire } from '../model/target-notice.ts';
import { reconcile, type TargetState } from '../model/target-state.ts';
import type { ActorSystem, Behaviour } from './actor-system.ts';
import { readObserved, readStopNotice, readTargetNotice } from './bodies.ts';
import type { ActionContext, Component, EndOfFlow } from './component.ts';
import { cronBetween, passedUntil } from './due-times.ts';

const attestFlow = 'AttestTarget';

/** Compares what it hears with the target's row, and says what is worth an event: an actor per target. */
export function createStateManager(actors: ActorSystem, startedAt: number): Component {
  const ask = (
    about: Omit<NodeLife, 'startedAt'>,
    decide: Decide,
    context: ActionContext,
    key = context.task.key,
  ) =>
    actors
      .spawn(createStateManagerBehaviour, `state-manager/${about.target.name}`)
      .ask({ life: { ...about, startedAt }, decide, context, key }, context.signal);
  return {
    reconcile(body, context) {
      const observed = readObserved(body);
      const { tick } = observed;
      return ask(
        tick,
        async (previous) =>
          reconcile(previous, observed, {
            cronBetween: await cronBetween(previous, tick),
            life: startedAt,
          }),
        context,
      );
    },
    retire(body, context) {
      const notice = readTargetNotice(body);
      return ask(notice, (previous) => retire(previous, notice), context);
    },
    age(body, context) {
      const notice = readTargetNotice(body);
      // Its task has a key of its own, so that it does not wait behind the observation that does not come. Should one
      // come all the same, the first of the two is committed and the other is done again (R3).
      const key = targetKeyOf(context.node, notice.target);
      return ask(notice, (previous) => age(previous, notice), context, key);
    },
    stop(body, context) {
      const notice = readStopNotice(body);
      const decide: Decide = async (previous) => {
        const nothing = { count: 0, lastDue: null };
        const passed = previous ? await passedUntil(previous, notice.target, notice.time) : nothing;
        return stop(previous, notice, passed);
      };
      return ask(notice, decide, context);
    },
  };
}

/** What becomes of the row, and what is to be said. */
type Decided = {
  readonly state: TargetState | undefined;
  readonly attested?: AttestedEvent | undefined;
} & (
  | { readonly event: ObservationEvent | AttestedEvent }
  | { readonly event: undefined; readonly reason: string }
);
type Decide = (previous: TargetState | undefined) => Decided | Promise<Decided>;

interface Word {
  readonly life: NodeLife;
  readonly decide: Decide;
  readonly context: ActionContext;
  /** Of the row. */
  readonly key: string;
}

function createStateManagerBehaviour(): Behaviour<Word, ObservationEvent | AttestedEvent | EndOfFlow> {
  return {
    async receive({ life, decide, context, key }) {
      // From the row each time, never from memory: another worker may have had the target meanwhile.
      const previous = context.state.read(stateManagerName, key) as TargetState | undefined;
      const entered = await enter(previous, life);
      const decided = await decide(entered?.state);
      if (decided.state && decided.state !== previous)
        context.state.write(stateManagerName, decided.state, key);
      const attested = [...(entered?.attested ?? []), decided.attested].filter((one) => one !== undefined);
      // A step has one body; what is said beside it goes as tasks of their own, which are durable with the row (R8).
      const tell = (body: AttestedEvent) => context.emit({ flow: attestFlow, key, body });
      for (const one of attested) tell(one);
      if (!decided.event) return context.end(decided.reason);
      // Periods are told in their order.
      if (attested.length > 0 && decided.event.type === 'polar.observation.attested') {
        tell(decided.event);
        return context.end('told after others');
      }
      return decided.event;
    },
  };
}

/** Before anything else of a new life of the node is said of a target. */
async function enter(previous: TargetState | undefined, life: NodeLife): Promise<Entered | undefined> {
  if (!previous) return undefined;
  if (!isOfAnotherLife(previous, life.startedAt)) return { state: previous, attested: [] };
  const { target, startedAt } = life;
  const before = previous.period
    ? countBeforeEnd(previous, await passedUntil(previous, target, endOfLife(previous)))
    : previous;
  return enterLife(before, life, await passedUntil(before, target, startedAt));
}

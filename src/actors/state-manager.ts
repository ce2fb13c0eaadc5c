import { stateManagerName, targetKeyOf } from '../model/actor-names.ts';
import type { ObservationEvent } from '../model/event.ts';
import type { Target } from '../model/policy.ts';
import { age, type NoticeOutcome, retire } from '../model/target-notice.ts';
import { reconcile, type TargetState } from '../model/target-state.ts';
import type { Tick } from '../model/tick.ts';
import { isComparable } from '../model/tick-coverage.ts';
import { loadCronTimes } from '../schedule/cron-times.ts';
import type { ActorSystem, Behaviour } from './actor-system.ts';
import { readObserved, readTargetNotice } from './bodies.ts';
import type { ActionContext, Component, EndOfFlow } from './component.ts';

const attestFlow = 'AttestTarget';

/** Compares what it hears with the target's row, and says what is worth an event: an actor per target. */
export function createStateManager(actors: ActorSystem): Component {
  const ask = ({ name }: Target, decide: Decide, context: ActionContext, key = context.task.key) =>
    actors
      .spawn(createStateManagerBehaviour, `state-manager/${name}`)
      .ask({ decide, context, key }, context.signal);
  return {
    reconcile(body, context) {
      const observed = readObserved(body);
      return ask(
        observed.tick.target,
        async (previous) => reconcile(previous, observed, await cronBetween(previous, observed.tick)),
        context,
      );
    },
    retire(body, context) {
      const notice = readTargetNotice(body);
      return ask(notice.target, (previous) => retire(previous, notice), context);
    },
    age(body, context) {
      const notice = readTargetNotice(body);
      // Its task has a key of its own, so that it does not wait behind the observation that does not come. Should one
      // come all the same, the first of the two is committed and the other is done again (R3).
      const key = targetKeyOf(context.node, notice.target);
      return ask(notice.target, (previous) => age(previous, notice), context, key);
    },
  };
}

type Decide = (previous: TargetState | undefined) => NoticeOutcome | Promise<NoticeOutcome>;

/** The calendar, from the first cron target on. */
let calendar: ReturnType<typeof loadCronTimes> | undefined;

async function cronBetween(previous: TargetState | undefined, { target, due }: Tick): Promise<number> {
  if (!target.cron || due === null || !previous || !isComparable(previous, target)) return 0;
  calendar ??= loadCronTimes();
  const timesOf = await calendar;
  return timesOf(target.cron).between(previous.lastDue ?? due, due);
}

interface Word {
  readonly decide: Decide;
  readonly context: ActionContext;
  /** Of the row. */
  readonly key: string;
}

function createStateManagerBehaviour(): Behaviour<Word, ObservationEvent | EndOfFlow> {
  return {
    async receive({ decide, context, key }) {
      // From the row each time, never from memory: another worker may have had the target meanwhile.
      const previous = context.state.read(stateManagerName, key) as TargetState | undefined;
      const decided = await decide(previous);
      if (decided.state && decided.state !== previous)
        context.state.write(stateManagerName, decided.state, key);
      // A step has one body; this one's way is a task of its own, which is durable with the row (R8).
      if (decided.attested) context.emit({ flow: attestFlow, key, body: decided.attested });
      return decided.event ?? context.end(decided.reason);
    },
  };
}

import { targetKeyOf, taskManagerName } from '../model/actor-names.ts';
import { isEventBody, type PolicyAppliedEvent } from '../model/event.ts';
import type { TargetNotice } from '../model/target-notice.ts';
import type { Tasking } from '../model/tasking.ts';
import type { ActorSystem, Behaviour } from './actor-system.ts';
import { type PolicyChange, readPolicyChange } from './bodies.ts';
import type { ActionContext, Component } from './component.ts';

const retireFlow = 'RetireTarget';

/** Applies policy changes to the tasking; the scheduler follows its row. What leaves it is retired under its own key. */
export function createTaskManager(actors: ActorSystem, now: () => number): Component {
  return {
    apply(body, context) {
      // A refused set changes no tasking; its event goes on to be published.
      if (isEventBody(body) && body.type === 'polar.policy.refused') return body;
      const change = readPolicyChange(body);
      const name = `task-manager/${context.task.key}`;
      return actors
        .spawn(() => createTaskManagerBehaviour(now), name)
        .ask({ change, context }, context.signal);
    },
  };
}

interface ApplyChange {
  readonly change: PolicyChange;
  readonly context: ActionContext;
}

function createTaskManagerBehaviour(now: () => number): Behaviour<ApplyChange, PolicyAppliedEvent> {
  return {
    receive({ change: { set, files, changes }, context }) {
      const before = context.state.read(taskManagerName) as Tasking | undefined;
      const { revision, hash, targets } = set;
      const serial = (before?.serial ?? 0) + 1;
      context.state.write(taskManagerName, { revision, hash, serial, targets } satisfies Tasking);
      const names = (which: 'added' | 'changed' | 'retired') => changes.flatMap((one) => one[which]).sort();
      const retired = new Set(names('retired'));
      for (const target of before?.targets ?? []) {
        if (!retired.has(target.name)) continue;
        const notice: TargetNotice = { target, policy: { revision, hash }, serial, time: now() };
        context.emit({ flow: retireFlow, key: targetKeyOf(context.node, target), body: notice });
      }
      return {
        type: 'polar.policy.applied',
        policy: { revision, hash },
        data: {
          revision,
          hash,
          before: before?.revision ?? null,
          added: names('added'),
          changed: names('changed'),
          retired: names('retired'),
          files,
        },
      };
    },
  };
}

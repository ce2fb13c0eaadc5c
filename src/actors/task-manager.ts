import { taskManagerName } from '../model/actor-names.ts';
import { isEventBody, type PolicyAppliedEvent } from '../model/event.ts';
import type { Tasking } from '../model/tasking.ts';
import type { ActorSystem, Behaviour } from './actor-system.ts';
import { type PolicyChange, readPolicyChange } from './bodies.ts';
import type { ActionContext, Component } from './component.ts';

/** Applies policy changes to the tasking; the scheduler follows its row. */
export function createTaskManager(actors: ActorSystem): Component {
  return {
    apply(body, context) {
      // A refused set changes no tasking; its event goes on to be published.
      if (isEventBody(body) && body.type === 'polar.policy.refused') return body;
      const change = readPolicyChange(body);
      const name = `task-manager/${context.task.key}`;
      return actors.spawn(createTaskManagerBehaviour, name).ask({ change, context }, context.signal);
    },
  };
}

interface ApplyChange {
  readonly change: PolicyChange;
  readonly context: ActionContext;
}

function createTaskManagerBehaviour(): Behaviour<ApplyChange, PolicyAppliedEvent> {
  return {
    receive({ change: { set, files, changes }, context: { state } }) {
      const before = state.read(taskManagerName) as Tasking | undefined;
      const { revision, hash, targets } = set;
      state.write(taskManagerName, { revision, hash, targets } satisfies Tasking);
      const names = (which: 'added' | 'changed' | 'retired') => changes.flatMap((one) => one[which]).sort();
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

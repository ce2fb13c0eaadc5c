import type { TargetState } from '../model/target-state.ts';
import type { Tasking } from '../model/tasking.ts';
import { createTraceparent } from '../telemetry/trace.ts';
import { ageFlow, createAging, type LastSeen, setAgingTasking, takeOverdue } from './aging.ts';
import type { Source } from './source.ts';

/** Tells the State Manager of targets that nobody seems to look at. */
export interface AgeWatch {
  follow(tasking: Tasking): void;
  look(): void;
}

export function createAgeWatch(
  node: string,
  source: Source,
  markOf: (key: string) => number | undefined,
  stateOf: (key: string) => TargetState | undefined,
): AgeWatch {
  const aging = createAging(node);
  const lastSeen = (key: string): LastSeen | undefined => {
    const state = stateOf(key);
    return state && { seenAt: state.seenAt, isSilent: Boolean(state.staleSince ?? state.retired) };
  };
  const look = () => {
    const now = Date.now();
    for (const { key, subject, notice } of takeOverdue(aging, now, lastSeen, source.room())) {
      if (source.isOutstanding(key)) continue;
      source.send({
        flow: ageFlow,
        key,
        subject,
        // The clock may have been set back; numbers rise all the same.
        number: Math.max(now, (markOf(key) ?? 0) + 1),
        group: '',
        deadline: 0,
        policy: notice.policy.hash,
        traceparent: createTraceparent(),
        id: '',
        body: Buffer.from(JSON.stringify(notice)),
      });
    }
  };
  return {
    follow(tasking) {
      setAgingTasking(aging, tasking, Date.now());
      // Before the ticks of this tasking are sent: of a gap one hears before it ends.
      look();
    },
    look,
  };
}

import type { JournalReader } from '../journal/journal.ts';
import { policyManagerName, taskManagerName } from '../model/actor-names.ts';
import type { PolicyStanding, Tasking } from '../model/tasking.ts';
import type { ServicesWord } from '../topology/wire.ts';

/** What is observed is the Task Manager's row, how the policy stands the Policy Manager's (R4, R6). */
export interface FollowedTasking {
  /** Undefined before the first set was applied. */
  tasking(): Tasking | undefined;
  /** Reads both rows; tells what has changed since the last time. */
  look(): void;
}

export function followTasking(options: {
  readonly journal: Pick<JournalReader, 'stateRow'>;
  /** The node's one key for policies. */
  readonly policyKey: string;
  readonly onTasking: (tasking: Tasking) => void;
  readonly onStanding: (word: ServicesWord) => void;
}): FollowedTasking {
  const { journal, policyKey, onTasking, onStanding } = options;
  const versions = new Map<string, number>();
  let tasking: Tasking | undefined;
  const ifNewer = <T>(actor: string, act: (value: T) => void) => {
    const row = journal.stateRow(actor, policyKey);
    if (!row || row.version === versions.get(actor)) return;
    versions.set(actor, row.version);
    act(JSON.parse(row.value.toString()) as T);
  };
  return {
    tasking: () => tasking,
    look() {
      ifNewer<Tasking>(taskManagerName, (next) => {
        tasking = next;
        onTasking(next);
      });
      ifNewer<PolicyStanding>(policyManagerName, ({ inForce, refused }) => {
        const { revision, hash } = inForce ?? { revision: '', hash: '' };
        const targets = tasking?.targets.length ?? 0;
        onStanding({ type: 'policy', revision, hash, targets, refused: refused !== null });
      });
    },
  };
}

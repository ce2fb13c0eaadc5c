import { stateManagerName } from '../model/actor-names.ts';
import { type Attested, noAttested } from '../model/attestation.ts';
import type { TargetState } from '../model/target-state.ts';
import type { JournalReader } from './journal.ts';

/** Observations: due = made + missed + skipped. */
export interface ObservationCounts {
  readonly due: number;
  readonly made: number;
  /** Nobody ran at that time. */
  readonly missed: number;
  /** The one before had not ended. */
  readonly skipped: number;
  /** Asked for by people: never due. */
  readonly asked: number;
  readonly lost: number;
}

/** Tasks that came from outside or from other tasks: accepted = completed + dead-lettered + pending + parked. */
export interface TaskCounts {
  /** Of all tasks, those of the scheduler included. */
  readonly settled: number;
  readonly accepted: number;
  readonly completed: number;
  readonly deadLettered: number;
  readonly pending: number;
  readonly parked: number;
  readonly lost: number;
}

export interface TargetAudit extends ObservationCounts {
  readonly name: string;
  /** By events; what is not is in the period that is open. */
  readonly attested: Attested;
}

/** Since the journal was made. */
export interface Audit {
  readonly observations: ObservationCounts;
  readonly tasks: TaskCounts;
  /** Whatever does not add up; 0, or something is wrong with us. */
  readonly lost: number;
  readonly targets: readonly TargetAudit[];
}

type Reader = Pick<JournalReader, 'info' | 'stateRows'>;

/** Adds up what the journal says. All of it is read in one go, so that the numbers are of one moment. */
export function auditJournal(reader: Reader): Audit {
  const { totals, pending, parked } = reader.info();
  const states = reader
    .stateRows(stateManagerName)
    .map(({ value }) => JSON.parse(value.toString()) as TargetState);
  const targets = states.map((state) => ({
    name: state.target.name,
    ...observationCounts(state),
    attested: state.attested ?? noAttested,
  }));
  const observations = targets.reduce<ObservationCounts>(add, noObservations);
  const { settledTasks, accepted, completed, deadRows } = totals;
  const tasks: TaskCounts = {
    settled: settledTasks,
    accepted,
    completed,
    deadLettered: deadRows,
    pending,
    parked,
    lost: accepted - completed - deadRows - pending - parked,
  };
  // One that was lost and one that was doubled must not cancel each other out.
  const lost = Math.abs(tasks.lost) + targets.reduce((sum, target) => sum + Math.abs(target.lost), 0);
  return { observations, tasks, lost, targets };
}

const noObservations: ObservationCounts = { due: 0, made: 0, missed: 0, skipped: 0, asked: 0, lost: 0 };

function observationCounts({ due, made, missed, skipped, asked }: TargetState): ObservationCounts {
  return { due, made, missed, skipped, asked, lost: due - made - missed - skipped };
}

function add(sum: ObservationCounts, one: ObservationCounts): ObservationCounts {
  return {
    due: sum.due + one.due,
    made: sum.made + one.made,
    missed: sum.missed + one.missed,
    skipped: sum.skipped + one.skipped,
    asked: sum.asked + one.asked,
    lost: sum.lost + one.lost,
  };
}

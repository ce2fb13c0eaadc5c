import { stateManagerName } from '../model/actor-names.ts';
import { type Attested, addCounts, type CoverageCounts, noAttested } from '../model/attestation.ts';
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
  /** Of the dead letters of any task: tried again, and then accepted once more; and given up. */
  readonly retried: number;
  readonly dropped: number;
  readonly pending: number;
  readonly parked: number;
  readonly lost: number;
}

/** Of a target's observations: attested and open ones together are all of them. */
export interface CoverageAudit {
  /** By events, each of a period that is over. */
  readonly attested: Attested;
  /** In the periods that are not over: none of a target that is retired, or while the node is stopped. */
  readonly open: CoverageCounts & { readonly periods: number };
}

export interface TargetAudit extends ObservationCounts, CoverageAudit {
  readonly name: string;
  /** While the node ran, up to the last look. */
  readonly longestGapMs: number;
}

/** Since the journal was made. */
export interface Audit {
  readonly observations: ObservationCounts & CoverageAudit;
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
  const targets = states.map(auditTarget);
  const observations = targets.reduce(add, noObservations);
  const { settledTasks, accepted, completed, deadRows, retried = 0, dropped = 0 } = totals;
  const tasks: TaskCounts = {
    settled: settledTasks,
    accepted,
    completed,
    deadLettered: deadRows,
    retried,
    dropped,
    pending,
    parked,
    lost: accepted - completed - deadRows - pending - parked,
  };
  // One that was lost and one that was doubled must not cancel each other out.
  const lost = Math.abs(tasks.lost) + targets.reduce((sum, target) => sum + Math.abs(target.lost), 0);
  return { observations, tasks, lost, targets };
}

const noCounts: CoverageCounts = { due: 0, made: 0, missed: 0, skipped: 0 };
const noObservations: Audit['observations'] = {
  ...{ ...noCounts, asked: 0, lost: 0 },
  attested: noAttested,
  open: { periods: 0, ...noCounts },
};

function auditTarget(state: TargetState): TargetAudit {
  const { due, made, missed, skipped, asked, period } = state;
  const attested = { ...noAttested, ...state.attested };
  const open = period ? { periods: 1, ...addCounts(noCounts, period) } : { periods: 0, ...noCounts };
  const told = addCounts(attested, open);
  const untold = countNames.reduce((sum, name) => sum + Math.abs(state[name] - told[name]), 0);
  // A row that is older than attesting has told nothing of it.
  const lost = due - made - missed - skipped || (state.attested ? untold : 0);
  const longestGapMs = Math.max(attested.longestGapMs, period?.longestGapMs ?? 0);
  return {
    ...{ name: state.target.name, due, made, missed, skipped, asked, lost },
    ...{ attested, open, longestGapMs },
  };
}

const countNames = ['due', 'made', 'missed', 'skipped'] as const;

function add(sum: Audit['observations'], one: TargetAudit): Audit['observations'] {
  return {
    ...addCounts(sum, one),
    asked: sum.asked + one.asked,
    lost: sum.lost + one.lost,
    attested: {
      ...addCounts(sum.attested, one.attested),
      periods: sum.attested.periods + one.attested.periods,
      missedAway: sum.attested.missedAway + one.attested.missedAway,
      longestGapMs: Math.max(sum.attested.longestGapMs, one.attested.longestGapMs),
    },
    open: { ...addCounts(sum.open, one.open), periods: sum.open.periods + one.open.periods },
  };
}

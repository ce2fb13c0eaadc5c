import { type Cell, eachChild, type Phase, phases, type Victim, victims } from './cell.ts';
import { crashInAction, throwAfterEmit } from './injectors/actions.ts';
import { blocked, endsInCommit, exhausted, thrown } from './injectors/commands.ts';
import type { Fault } from './injectors/fault.ts';
import { pause, sigkill, sigstop, sigterm } from './injectors/signals.ts';

const everyone: readonly Victim[] = Object.values(victims);
const single: readonly Victim[] = [...eachChild, victims.supervisor];
const manager = [victims['integration-manager']];
const workers = [victims['worker-1']];

/** The table: which fault befalls whom, and when. Each must leave lost 0 and duplicated 0, and a node that goes on. */
export const matrix: readonly Cell[] = [
  ...cells(sigkill, everyone, ['under load'], { sample: everyone }),
  ...cells(sigkill, everyone, ['idle', 'catching up', 'starting', 'draining'], {
    sample: [victims.subject],
    samplePhase: 'catching up',
  }),
  ...cells(sigterm, [...single, victims.all], ['under load'], { sample: [victims.supervisor] }),
  ...cells(sigterm, [victims.supervisor], ['idle', 'catching up', 'starting', 'draining']),
  ...cells(pause, single, ['under load'], { sample: [victims['integration-manager']] }),
  ...cells(sigstop, eachChild, ['idle', 'under load'], {
    sample: [victims.subject],
    samplePhase: 'under load',
  }),
  ...cells(blocked, eachChild, ['under load']),
  ...cells(exhausted, single, ['under load'], { sample: workers }),
  ...cells(thrown, single, ['under load'], { sample: manager }),
  ...endsInCommit.flatMap((fault) =>
    cells(fault, manager, ['under load', 'catching up'], { sample: manager, samplePhase: 'under load' }),
  ),
  ...cells(crashInAction, workers, ['under load'], { sample: workers }),
  ...cells(throwAfterEmit, workers, ['under load'], { sample: workers }),
];

interface Sampling {
  readonly sample?: readonly Victim[];
  /** Any phase unless given. */
  readonly samplePhase?: Phase;
}

function cells(
  fault: Fault,
  whom: readonly Victim[],
  when: readonly Phase[],
  { sample = [], samplePhase }: Sampling = {},
): Cell[] {
  return phases
    .filter((phase) => when.includes(phase))
    .flatMap((phase) =>
      whom.map((victim) => ({
        fault,
        victim,
        phase,
        isSample: sample.includes(victim) && (samplePhase ?? phase) === phase,
      })),
    );
}

import type { Project } from '../config/project.ts';
import type { JournalReader } from '../journal/journal.ts';
import { stateManagerName, targetKeyOf } from '../model/actor-names.ts';
import type { TargetState } from '../model/target-state.ts';
import { createTargetGlob } from './glob.ts';
import { rowOf, standingOf, taskingOf } from './journal-access.ts';
import { reportTarget, type TargetReport } from './state-report.ts';
import { unknownName } from './unknown-name.ts';

/** How the targets of a node are. */
export interface PresentState {
  readonly reports: readonly TargetReport[];
  /** What is there to be known before they are. */
  readonly remarks: readonly string[];
}

/** What is said beside it while no node runs. */
export const stoppedText = 'no node runs here: this is how it was when it stopped';

/** @throws target.unknown when a pattern is given and no target is meant by it */
export function presentState(
  reader: JournalReader,
  project: Pick<Project, 'node'>,
  pattern: string | undefined,
  now: number,
): PresentState {
  const tasking = taskingOf(reader, project.node);
  const standing = standingOf(reader, project.node);
  const taskedAt = standing?.inForce?.since ?? now;
  const targets = tasking?.targets ?? [];
  const matches = pattern === undefined ? () => true : createTargetGlob(pattern);
  const chosen = targets.filter(({ name }) => matches(name));
  if (pattern !== undefined && chosen.length === 0) {
    const known = targets.map(({ name }) => name);
    throw unknownName('target.unknown', 'target', pattern, known);
  }
  const reports = chosen.map((target) => {
    const state = rowOf(reader, stateManagerName, targetKeyOf(project.node, target));
    return reportTarget(target, state as TargetState | undefined, { now, taskedAt });
  });
  const refused = standing?.refused;
  const remarks = [
    ...(tasking ? [] : ['no policy was applied yet']),
    ...(refused ? [`policy ${refused.revision} was refused; see: pzm check`] : []),
  ];
  return { reports, remarks };
}

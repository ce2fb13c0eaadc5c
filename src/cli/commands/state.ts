import type { Moment } from '../../journal/moment.ts';
import { stateManagerName, targetKeyOf } from '../../model/actor-names.ts';
import type { TargetState } from '../../model/target-state.ts';
import type { Call } from '../command.ts';
import { exitCodes } from '../failure.ts';
import { createTargetGlob } from '../glob.ts';
import { noteIfDown, rowOf, standingOf, taskingOf, withJournal } from '../journal-access.ts';
import { showPastState } from '../past-state.ts';
import { isAllRight, reportLines, reportTarget } from '../state-report.ts';
import { unknownName } from '../unknown-name.ts';

export async function run(call: Call): Promise<number> {
  const at = call.options['at'] as Moment | undefined;
  return at ? showPastState(call, at) : showState(call);
}

async function showState({ args: [pattern], output, project: load }: Call): Promise<number> {
  const project = load();
  const now = Date.now();
  const reports = await withJournal(project, (reader) => {
    const tasking = taskingOf(reader, project.node);
    const standing = standingOf(reader, project.node);
    if (!tasking) output.note('no policy was applied yet');
    if (standing?.refused) {
      output.note(`policy ${standing.refused.revision} was refused; see: pzm check`);
    }
    const taskedAt = standing?.inForce?.since ?? now;
    return (tasking?.targets ?? []).map((target) => {
      const key = targetKeyOf(project.node, target);
      const state = rowOf(reader, stateManagerName, key) as TargetState | undefined;
      return reportTarget(target, state, { now, taskedAt });
    });
  });
  await noteIfDown(project, output, 'no node runs here: this is how it was when it stopped');

  const matches = pattern === undefined ? () => true : createTargetGlob(pattern);
  const chosen = reports.filter(({ name }) => matches(name));
  if (pattern !== undefined && chosen.length === 0) {
    const known = reports.map(({ name }) => name);
    throw unknownName('target.unknown', 'target', pattern, known);
  }
  output.show(chosen, () => reportLines(chosen, now, output.palette));
  return chosen.every(isAllRight) ? exitCodes.ok : exitCodes.findings;
}

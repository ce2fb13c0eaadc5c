import type { Moment } from '../../journal/moment.ts';
import { PolarError } from '../../model/errors.ts';
import type { Call } from '../command.ts';
import { exitCodes } from '../failure.ts';
import { noteIfDown, withJournal } from '../journal-access.ts';
import { showPastState } from '../past-state.ts';
import { presentState, stoppedText } from '../present-state.ts';
import { isAllRight, reportLines } from '../state-report.ts';

export async function run(call: Call): Promise<number> {
  const { at, watch = false } = call.options as { readonly at?: Moment; readonly watch?: boolean };
  if (at && watch) {
    throw new PolarError('usage.invalid', 'What was does not change: --at and --watch do not go together.', {
      hint: 'Leave one of them out.',
    });
  }
  if (watch) return (await import('../watch-state.ts')).watchState(call);
  return at ? showPastState(call, at) : showState(call);
}

async function showState({ args: [pattern], output, project: load }: Call): Promise<number> {
  const project = load();
  const now = Date.now();
  const { reports, remarks } = await withJournal(project, (reader) =>
    presentState(reader, project, pattern, now),
  );
  for (const remark of remarks) output.note(remark);
  await noteIfDown(project, output, stoppedText);
  output.show(reports, () => reportLines(reports, now, output.palette));
  return reports.every(isAllRight) ? exitCodes.ok : exitCodes.findings;
}

import { readJournalBack } from '../journal/follow.ts';
import { type Moment, sequenceBy } from '../journal/moment.ts';
import type { PolicyFile } from '../model/policy.ts';
import { observerKinds } from '../observers/kinds.ts';
import { parsePolicies } from '../policies/parse-policies.ts';
import type { Call } from './command.ts';
import { exitCodes } from './failure.ts';
import { createTargetGlob } from './glob.ts';
import { withJournal } from './journal-access.ts';
import { eventsOf } from './journal-events.ts';
import { pastLines, reportPast } from './past-report.ts';
import { pastStates } from './past-states.ts';
import { removedText } from './removed-text.ts';
import { isAllRight } from './state-report.ts';
import { timeText } from './time-text.ts';
import { unknownName } from './unknown-name.ts';

/** `state --at`: how things were, as the journal's events tell it. */
export async function showPastState({ args: [pattern], output, project }: Call, at: Moment): Promise<number> {
  const now = Date.now();
  const found = await withJournal(project(), (reader) => {
    const info = reader.info();
    const sequence = sequenceBy(reader, at);
    const states = pastStates(eventsOf(readJournalBack(reader, sequence), info), namesIn);
    const time = reader.batchAt(sequence)?.batch.time;
    return { ...states, info, sequence, time };
  });
  const { sequence, policyRevision, info, time } = found;
  const isWhole = info.firstSequence === 1;
  if (sequence < info.firstSequence || time === undefined) {
    output.note(isWhole ? 'the journal had no record by then' : goneText(info.firstSequence));
  } else {
    const policy = policyRevision === null ? 'its policy is not in the journal' : `policy ${policyRevision}`;
    output.note(
      `as of seq ${sequence}, ${timeText(time, now)} · ${policy} · from events: looks that found no change left none`,
    );
    if (!isWhole) output.note(goneText(info.firstSequence));
  }

  const matches = pattern === undefined ? () => true : createTargetGlob(pattern);
  const chosen = found.targets.filter(({ name }) => matches(name)).map((state) => reportPast(state, isWhole));
  if (pattern !== undefined && chosen.length === 0) {
    const known = found.targets.map(({ name }) => name);
    throw unknownName('target.unknown', 'target', pattern, known);
  }
  output.show(chosen, () => pastLines(chosen, now, output.palette));
  return chosen.every(isAllRight) ? exitCodes.ok : exitCodes.findings;
}

/** Undefined for a set that this version would refuse. */
function namesIn(files: readonly PolicyFile[]): readonly string[] | undefined {
  return parsePolicies(files, observerKinds).set?.targets.map(({ name }) => name);
}

function goneText(firstSequence: number): string {
  return removedText(1, firstSequence - 1);
}

import { type Audit, auditJournal } from '../../journal/audit.ts';
import type { CoverageCounts } from '../../model/attestation.ts';
import type { Call } from '../command.ts';
import { countText } from '../count-text.ts';
import { exitCodes } from '../failure.ts';
import { withJournal } from '../journal-access.ts';

export async function run({ output, project }: Call): Promise<number> {
  const audit = await withJournal(project(), auditJournal);
  output.show(audit, () => auditLines(audit));
  return audit.lost === 0 ? exitCodes.ok : exitCodes.findings;
}

function auditLines({ observations, tasks, lost, targets }: Audit): string[] {
  const { missed, asked, attested, open } = observations;
  const { missedAway } = attested;
  const { settled, accepted, completed, deadLettered, pending, parked } = tasks;
  const wrong = targets.filter((target) => target.lost !== 0);
  return [
    `observations  ${equation(observations)} · ${asked} more asked for`,
    `  missed      ${missedAway} while the node did not run + ${missed - missedAway} while it ran`,
    `  attested    ${equation(attested)} · ${countText(attested.periods, 'period')} told by an event`,
    `  open        ${equation(open)} · ${countText(open.periods, 'period')} not over`,
    `tasks         ${settled} settled · ${accepted} accepted = ${completed} completed + ${deadLettered} dead-lettered + ${pending} pending + ${parked} parked`,
    `lost          ${lost}`,
    ...wrong.map(({ name, lost: of }) => `  ${name} does not add up: ${of}`),
  ];
}

function equation({ due, made, missed, skipped }: CoverageCounts): string {
  return `${due} due = ${made} made + ${missed} missed + ${skipped} skipped`;
}

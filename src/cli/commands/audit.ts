import { type Audit, auditJournal } from '../../journal/audit.ts';
import type { Call } from '../command.ts';
import { exitCodes } from '../failure.ts';
import { withJournal } from '../journal-access.ts';

export async function run({ output, project }: Call): Promise<number> {
  const audit = await withJournal(project(), auditJournal);
  output.show(audit, () => auditLines(audit));
  return audit.lost === 0 ? exitCodes.ok : exitCodes.findings;
}

function auditLines({ observations, tasks, lost, targets }: Audit): string[] {
  const { due, made, missed, skipped, asked } = observations;
  const { settled, accepted, completed, deadLettered, pending, parked } = tasks;
  const wrong = targets.filter((target) => target.lost !== 0);
  return [
    `observations  ${due} due = ${made} made + ${missed} missed + ${skipped} skipped · ${asked} asked for`,
    `tasks         ${settled} settled · ${accepted} accepted = ${completed} completed + ${deadLettered} dead-lettered + ${pending} pending + ${parked} parked`,
    `lost          ${lost}`,
    ...wrong.map(({ name, lost: of }) => `  ${name} does not add up: ${of}`),
  ];
}

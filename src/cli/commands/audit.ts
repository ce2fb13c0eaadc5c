import { type Audit, auditJournal } from '../../journal/audit.ts';
import type { SinkRows } from '../../journal/lmdb/bridge-reader.ts';
import type { CoverageCounts } from '../../model/attestation.ts';
import { printable } from '../../model/facts-text.ts';
import type { Call } from '../command.ts';
import { countText } from '../count-text.ts';
import { exitCodes } from '../failure.ts';
import { withJournal } from '../journal-access.ts';
import { withBridgeOf } from '../order-delivery.ts';

export async function run({ output, project }: Call): Promise<number> {
  const loaded = project();
  const { audit, newest } = await withJournal(loaded, (reader) => ({
    audit: auditJournal(reader),
    newest: reader.info().nextSequence - 1,
  }));
  const sinks = await withBridgeOf(loaded, (bridge) => bridge.sinks());
  const delivery = sinks.map((sink) => ({ ...sink, waiting: Math.max(0, newest - sink.cursor) }));
  output.show({ ...audit, delivery }, () => [...auditLines(audit), ...delivery.map(deliveryLine)]);
  return audit.lost === 0 ? exitCodes.ok : exitCodes.findings;
}

function auditLines({ observations, tasks, lost, targets }: Audit): string[] {
  const { missed, asked, attested, open } = observations;
  const { missedAway } = attested;
  const { settled, accepted, completed, deadLettered, pending, parked, retried, dropped } = tasks;
  const wrong = targets.filter((target) => target.lost !== 0);
  return [
    `observations  ${equation(observations)} · ${asked} more asked for`,
    `  missed      ${missedAway} while the node did not run + ${missed - missedAway} while it ran`,
    `  attested    ${equation(attested)} · ${countText(attested.periods, 'period')} told by an event`,
    `  open        ${equation(open)} · ${countText(open.periods, 'period')} not over`,
    `tasks         ${settled} settled · ${accepted} accepted = ${completed} completed + ${deadLettered} dead-lettered + ${pending} pending + ${parked} parked`,
    ...(retried + dropped > 0
      ? [`dead letters  ${retried} retried, accepted once more each · ${dropped} dropped`]
      : []),
    `lost          ${lost}`,
    ...wrong.map(({ name, lost: of }) => `  ${name} does not add up: ${of}`),
  ];
}

function equation({ due, made, missed, skipped }: CoverageCounts): string {
  return `${due} due = ${made} made + ${missed} missed + ${skipped} skipped`;
}

/** Every event is delivered, set aside with a reason, or still to come. */
function deliveryLine({
  name,
  cursor,
  quarantined,
  redriving,
  waiting,
}: SinkRows & { waiting: number }): string {
  const done = `up to seq ${cursor}, ${quarantined} of them in quarantine, ${redriving} to be sent again`;
  return `delivery      ${printable(name)} ${done} · ${waiting} to come`;
}

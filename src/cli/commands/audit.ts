import type { Project } from '../../config/project.ts';
import { type Audit, auditJournal } from '../../journal/audit.ts';
import { auditDelivery, type DeliveryAudit } from '../../journal/audit-delivery.ts';
import { auditSince, firstSince } from '../../journal/audit-since.ts';
import type { SinkRows } from '../../journal/lmdb/bridge-reader.ts';
import type { CoverageCounts } from '../../model/attestation.ts';
import { printable } from '../../model/facts-text.ts';
import { auditSinceLines } from '../audit-since-text.ts';
import type { Call } from '../command.ts';
import { countText } from '../count-text.ts';
import { exitCodes } from '../failure.ts';
import { withJournal } from '../journal-access.ts';
import { withBridgeOf } from '../order-delivery.ts';

export async function run(call: Call): Promise<number> {
  const { options, output, project } = call;
  const since = options['since'] as number | undefined;
  if (since !== undefined) return runSince(call, since);
  const loaded = project();
  // Before the journal: no cursor is then ahead of it.
  const sinks = await sinksOf(loaded);
  const { audit, newest } = await withJournal(loaded, (reader) => ({
    audit: auditJournal(reader),
    newest: reader.info().nextSequence - 1,
  }));
  // What retention has removed was delivered, or is set aside still.
  const delivery = sinks.map((sink) => auditDelivery(sink, 1, newest));
  output.show({ ...audit, delivery }, () => [...auditLines(audit), ...delivery.map(deliveryLine)]);
  return exitOf(audit, delivery);
}

async function runSince({ output, project }: Call, since: number): Promise<number> {
  const loaded = project();
  const first = await withJournal(loaded, (reader) => firstSince(reader, since));
  // Before the audit: no cursor is then ahead of it.
  const sinks = await sinksOf(loaded, first - 1);
  const audit = await output.during('adding up', (tell) =>
    withJournal(loaded, (reader) => {
      const newest = reader.info().nextSequence - 1;
      return auditSince(reader, since, (sequence) => tell(`adding up · seq ${sequence} of ${newest}`));
    }),
  );
  const newest = audit.first + audit.committed - 1;
  const delivery = sinks.map((sink) => auditDelivery(sink, first, newest));
  const shown = { ...audit, delivery };
  output.show(shown, () => [...auditSinceLines(audit, Date.now()), ...delivery.map(deliveryLine)]);
  return exitOf(audit, delivery);
}

/** A broker that never took anything has no rows: all of it waits. */
async function sinksOf(project: Project, after = 0): Promise<readonly SinkRows[]> {
  const sinks = await withBridgeOf(project, (bridge) => bridge.sinks(after));
  const { broker } = project.settings;
  if (!broker || sinks.some(({ name }) => name === broker.name)) return sinks;
  return [...sinks, { name: broker.name, cursor: 0, quarantined: 0, redriving: 0 }];
}

function exitOf({ lost }: { readonly lost: number }, delivery: readonly DeliveryAudit[]): number {
  return lost === 0 && delivery.every((sink) => sink.lost === 0) ? exitCodes.ok : exitCodes.findings;
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
function deliveryLine(sink: DeliveryAudit): string {
  const { name, committed, delivered, quarantined, redriving, waiting, lost } = sink;
  const parts = `${delivered} delivered + ${quarantined} in quarantine + ${redriving} to be sent again + ${waiting} waiting`;
  const wrong = lost === 0 ? '' : ` · ${lost} of it not in this journal`;
  return `delivery      ${printable(name)}: ${committed} committed = ${parts}${wrong}`;
}

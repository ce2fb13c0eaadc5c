import type { Project } from '../config/project.ts';
import { readJournal } from '../journal/follow.ts';
import type { JournalReader } from '../journal/journal.ts';
import { eventOf } from '../journal/record-event.ts';
import { stateManagerName, targetKeyOf } from '../model/actor-names.ts';
import type { CloudEvent } from '../model/cloud-event.ts';
import type { RecordRange } from '../model/commit.ts';
import { humanDuration } from '../model/duration.ts';
import { readField } from '../model/envelope.ts';
import { PolarError } from '../model/errors.ts';
import { describeEvent, type Palette } from '../model/event-text.ts';
import { factsText, printable } from '../model/facts-text.ts';
import type { TargetState } from '../model/target-state.ts';
import type { Call } from './command.ts';
import { exitCodes } from './failure.ts';
import { callGateway } from './gateway-call.ts';
import { rowOf, taskingOf, withJournal } from './journal-access.ts';
import { reportTarget, type TargetReport, unconfirmedText } from './state-report.ts';

const defaultWaitMs = 30_000;

/** Has the running node look at a target now, and tells what came of it. */
export async function observeTarget(
  { options, output, project: load }: Call,
  written: string,
): Promise<number> {
  if (options['save'] !== undefined) {
    const hint = 'Write the observer and what to look at: pzm observe <observer> <what> --save <name>';
    throw new PolarError('usage.invalid', '--save is for what is no target yet.', { hint });
  }
  const project = load();
  const waitMs = (options['timeout'] as number | undefined) ?? defaultWaitMs;
  const answer = await output.during(`looking at ${written}`, () =>
    callGateway(project, `/observe/${encodeURIComponent(written)}`, { waitMs, body: '' }),
  );
  if (answer.state === 'accepted') {
    output.show(answer, () => [`accepted ${answer.id}`]);
    output.note(`not settled within ${humanDuration(waitMs)}; it is in the journal and goes on`);
    return exitCodes.unavailable;
  }
  const { id, outcome, reason, records } = answer;
  const { events, target } = await withJournal(project, (reader) => ({
    events: eventsOf(reader, records, id),
    target: targetOf(reader, project, written),
  }));
  if (output.format === 'jsonl') output.lines(events.map((event) => JSON.stringify(event)));
  else {
    output.show({ id, outcome, reason, events, target: target ?? null }, () => {
      if (outcome === 'dead-lettered') return [`${printable(written)} dead-lettered: ${printable(reason)}`];
      if (events.length > 0) return events.flatMap((event) => compactLines(event, output.palette));
      return [unchangedText(target, written)];
    });
  }
  return outcome !== 'dead-lettered' && target?.verdict === 'ok' ? exitCodes.ok : exitCodes.findings;
}

/** A run may have written for others, too: what a task has caused carries its id. */
function eventsOf(reader: JournalReader, { first, count }: RecordRange, id: string): CloudEvent[] {
  if (count === 0) return [];
  const info = reader.info();
  const events: CloudEvent[] = [];
  for (const record of readJournal(reader, first)) {
    if (record.sequence >= first + count) break;
    if (readField(record.record, 0, 'id') === id) events.push(eventOf(record, info));
  }
  return events;
}

function targetOf(reader: JournalReader, { node }: Project, written: string): TargetReport | undefined {
  const targets = taskingOf(reader, node)?.targets ?? [];
  const target =
    targets.find(({ name }) => name === written) ?? targets.find(({ domain }) => domain === written);
  if (!target) return undefined;
  const state = rowOf(reader, stateManagerName, targetKeyOf(node, target)) as TargetState | undefined;
  const now = Date.now();
  return reportTarget(target, state, { now, taskedAt: now });
}

/** `10:07:15 VIOLATED http:shop status 200 → 503, expected 200 · seq 3` */
function compactLines(event: CloudEvent, palette: Palette): string[] {
  const { clock, word, tone, name, details, more } = describeEvent(event);
  const toned = tone ? palette[tone](word) : word;
  const line = [palette.dim(clock), toned, name, details, `· seq ${event.sequence}`];
  return [line.filter((part) => part !== '').join(' '), ...more.map((text) => `  ${palette.dim(text)}`)];
}

function unchangedText(target: TargetReport | undefined, written: string): string {
  if (!target) return `${printable(written)} unchanged`;
  const what =
    target.outcome?.kind === 'unreachable' ? `unreachable ${target.outcome.reason}` : factsText(target.facts);
  const pending = unconfirmedText(target.unconfirmed);
  return [`${printable(target.name)} unchanged  ${what}`.trimEnd(), pending].filter(Boolean).join(' · ');
}

import { readJournalBack } from '../../journal/follow.ts';
import type { JournalReader } from '../../journal/journal.ts';
import { PolarError } from '../../model/errors.ts';
import { describeEvent, type Palette } from '../../model/event-text.ts';
import { printable } from '../../model/facts-text.ts';
import { alignColumns, type Cell } from '../columns.ts';
import type { Call } from '../command.ts';
import { taskingOf, withJournal } from '../journal-access.ts';
import {
  eventsOf,
  type PeriodEvent,
  periodEventOf,
  type TargetEvent,
  targetEventOf,
} from '../journal-events.ts';
import { removedText } from '../removed-text.ts';
import { timeText } from '../time-text.ts';
import { unknownName } from '../unknown-name.ts';

export async function run({ args: [written = ''], options, output, project: load }: Call): Promise<void> {
  const project = load();
  const most = (options['last'] as number | undefined) ?? Number.POSITIVE_INFINITY;
  const { events, firstSequence } = await withJournal(project, (reader) => {
    const tasked = (taskingOf(reader, project.node)?.targets ?? []).map(({ name }) => name);
    const wanted = { written, tasked, most, withPeriods: options['attested'] === true };
    return { events: historyOf(reader, wanted), firstSequence: reader.info().firstSequence };
  });
  output.show(events.map(itemOf), () => historyLines(events, Date.now(), output.palette));
  if (events.length === 0) output.note('no event about it is in the journal');
  if (firstSequence > 1) output.note(removedText(1, firstSequence - 1));
}

interface Wanted {
  /** A name or a domain. */
  readonly written: string;
  /** Names of what is observed now. */
  readonly tasked: readonly string[];
  readonly most: number;
  readonly withPeriods: boolean;
}

/** Oldest first. By name, or by domain: of what is observed now, else of what was last. */
function historyOf(
  reader: JournalReader,
  { written, tasked, most, withPeriods }: Wanted,
): (TargetEvent | PeriodEvent)[] {
  let wanted = written.includes(':') ? written : byDomain(written, tasked);
  const names = new Set(tasked);
  const events: (TargetEvent | PeriodEvent)[] = [];
  for (const event of eventsOf(readJournalBack(reader, Number.POSITIVE_INFINITY), reader.info())) {
    const about = targetEventOf(event) ?? (withPeriods ? periodEventOf(event) : undefined);
    if (!about) continue;
    const { target } = about.data;
    names.add(target);
    if (wanted === undefined && domainOf(target) === written) wanted = target;
    if (target === wanted && events.push(about) >= most) break;
  }
  if (wanted === undefined || !names.has(wanted)) {
    throw unknownName('target.unknown', 'target', written, [...names].sort());
  }
  return events.reverse();
}

/** Undefined when no target has it now. @throws usage.invalid when several do */
function byDomain(domain: string, names: readonly string[]): string | undefined {
  const found = names.filter((name) => domainOf(name) === domain);
  if (found.length > 1) {
    throw new PolarError('usage.invalid', `"${domain}" may be ${found.join(' or ')}.`, {
      hint: 'Write which one.',
    });
  }
  return found[0];
}

function domainOf(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function itemOf(about: TargetEvent | PeriodEvent) {
  const { sequence, type, policy, event } = about;
  const { id, time, chainhead } = event;
  return {
    name: about.data.target,
    ...{ sequence, id, time, type, ...dataOf(about) },
    ...{ policyRevision: policy.revision, policyHash: policy.hash, chainhead },
  };
}

function dataOf(about: TargetEvent | PeriodEvent) {
  if (about.type === 'polar.observation.attested') {
    const { target, ...period } = about.data;
    return period;
  }
  const { outcome, verdict, changed, before, facts, patch } = about.data;
  return { outcome, verdict, changed, before, facts, patch };
}

/** `seq 3  10:07:15  VIOLATED  status 200 → 503, expected 200  policy 3f9c1e` */
function historyLines(
  events: readonly (TargetEvent | PeriodEvent)[],
  now: number,
  palette: Palette,
): string[] {
  return alignColumns(
    events.map(({ sequence, time, policy, event }): Cell[] => {
      const { word, tone, details } = describeEvent(event);
      return [
        `seq ${sequence}`,
        timeText(time, now),
        tone ? { text: word, paint: palette[tone] } : word,
        details,
        `policy ${printable(policy.revision)}`,
      ];
    }),
  );
}

import type { AuditSince } from '../journal/audit-since.ts';
import { countText } from './count-text.ts';
import { timeText } from './time-text.ts';

/** What happened since a time, a line for each stage. */
export function auditSinceLines(audit: AuditSince, now: number): string[] {
  const { from, gap, removed, tasks, periods, committed, lost } = audit;
  const { waitingBefore, settled, accepted, completed, deadLettered, pending, parked } = tasks;
  const { due, made, missed, skipped, count } = periods;
  const reach = periods.from === null ? '' : `, the oldest begun ${timeText(periods.from, now)}`;
  return [
    `since         ${timeText(from, now)}${gap === null ? '' : ` · ${gapTexts[gap]}`}`,
    `observations  ${due} due = ${made} made + ${missed} missed + ${skipped} skipped · in ${countText(count, 'period')} that ended${reach}`,
    `tasks         ${settled} settled · ${waitingBefore} waiting + ${accepted} accepted = ${completed} completed + ${deadLettered} dead-lettered + ${pending} pending + ${parked} parked`,
    ...(removed
      ? [
          `  removed     records before seq ${removed.before} by retention, last ${timeText(removed.at, now)}: periods that they told of are not counted`,
        ]
      : []),
    `committed     ${countText(committed, 'event')}`,
    `lost          ${lost}`,
  ];
}

const gapTexts = {
  'journal-made': 'the journal was made then',
  'counts-begin': 'what was before is not counted by the minute',
  'not-counted': 'who wrote the journal did not count by the minute: nothing is known of tasks and events',
};

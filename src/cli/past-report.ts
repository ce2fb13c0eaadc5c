import type { Palette } from '../model/event-text.ts';
import { printable } from '../model/facts-text.ts';
import { alignColumns, type Cell } from './columns.ts';
import type { PastState } from './past-states.ts';
import { detailsOf, type TargetCondition, type TargetReport } from './state-report.ts';
import { isoText, timeText } from './time-text.ts';

/** A target as it was. When it was looked at without an event is not in the journal, so `seenAt` is null. */
export interface PastReport extends TargetReport {
  /** Of the last event about it by then; null when there is none. */
  readonly sequence: number | null;
  readonly eventAt: string | null;
}

/** `isWhole` says that the journal still has its first event: a target without one was then not seen yet. */
export function reportPast({ name, last, since }: PastState, isWhole: boolean): PastReport {
  const colon = name.indexOf(':');
  const { data } = last ?? {};
  return {
    name,
    kind: name.slice(0, colon),
    domain: name.slice(colon + 1),
    state: conditionOf(last) ?? (isWhole ? 'unseen' : 'unknown'),
    verdict: data?.verdict.state ?? null,
    since: since === undefined ? null : isoText(since),
    seenAt: null,
    facts: data?.facts ?? {},
    failures: data?.verdict.failures ?? [],
    outcome: data?.outcome ?? null,
    // What was not believed made no event.
    unconfirmed: null,
    resource: data?.resource ?? null,
    because: data?.because ?? null,
    owner: data?.owner ?? null,
    severity: data?.severity ?? null,
    policyRevision: last?.policy.revision ?? null,
    sequence: last?.sequence ?? null,
    eventAt: last ? isoText(last.time) : null,
  };
}

/** One that was retired and is in the set again was not looked at since. */
function conditionOf(last: PastState['last']): TargetCondition | undefined {
  switch (last?.type) {
    case 'polar.observation.stale':
      return 'stale';
    case 'polar.observation.retired':
      return 'unseen';
    default:
      return last?.data.verdict.state;
  }
}

/** `http:shop  violated  since 10:07:15  by seq 3  status 503, expected 200` */
export function pastLines(reports: readonly PastReport[], now: number, palette: Palette): string[] {
  return alignColumns(
    reports.map((report): Cell[] => {
      const { name, state, since, sequence } = report;
      const tone = state === 'ok' ? palette.good : state === 'unseen' ? palette.dim : palette.grave;
      const began = since === null ? 'since before' : `since ${timeText(Date.parse(since), now)}`;
      return [
        printable(name),
        { text: state, paint: tone },
        sequence === null ? '' : began,
        sequence === null ? 'no event by then' : `by seq ${sequence}`,
        detailsOf(report),
      ];
    }),
  );
}

import type { Candidate } from '../model/belief.ts';
import type { Palette } from '../model/event-text.ts';
import { factsText, printable, scalarText } from '../model/facts-text.ts';
import type { Facts, Failure, Outcome } from '../model/observation.ts';
import type { Target } from '../model/policy.ts';
import type { TargetState } from '../model/target-state.ts';
import { alignColumns, type Cell } from './columns.ts';
import { agoText, isoText, timeText } from './time-text.ts';

/**
 * How a target is. `stale`: not looked at for longer than `max_age`, or three intervals; `unseen`: its first look is still to come; `unknown`: of a
 * time whose events are not in the journal any more.
 */
export type TargetCondition = 'ok' | 'violated' | 'unreachable' | 'stale' | 'unseen' | 'unknown';

/** One target as `state` shows it. Times are RFC 3339; null before the first look. */
export interface TargetReport {
  readonly name: string;
  readonly kind: string;
  readonly domain: string;
  readonly state: TargetCondition;
  /** What the last look found, however long ago. */
  readonly verdict: 'ok' | 'violated' | 'unreachable' | null;
  readonly since: string | null;
  readonly seenAt: string | null;
  readonly facts: Facts;
  readonly failures: readonly Failure[];
  readonly outcome: Outcome | null;
  /** What the last looks say and is not believed yet; null while they say what is known. */
  readonly unconfirmed: Unconfirmed | null;
  readonly resource: string | null;
  readonly because: string | null;
  readonly owner: string | null;
  readonly severity: string | null;
  readonly policyRevision: string | null;
}

export interface Unconfirmed {
  /** Looks in a row that said so, and how many `confirm` asks for. */
  readonly looks: number;
  readonly confirm: number;
  /** Of the first of them, RFC 3339. */
  readonly since: string;
  /** For people: `violated, status 503`. Null in what an older version wrote. */
  readonly says: string | null;
}

const staleAfterIntervals = 3;

export function reportTarget(
  target: Target,
  row: TargetState | undefined,
  { now, taskedAt }: { readonly now: number; readonly taskedAt: number },
): TargetReport {
  const { name, kind, domain, because = null, owner = null, severity = null } = target;
  // What was known of a target that left the policy and came back says nothing of it now.
  const state = row?.retired ? undefined : row;
  const limitMs =
    target.maxAgeMs ?? (target.cron ? Number.POSITIVE_INFINITY : staleAfterIntervals * target.everyMs);
  const isStale = (state?.staleSince ?? null) !== null || now - (state?.seenAt ?? taskedAt) > limitMs;
  return {
    name,
    kind,
    domain,
    state: isStale ? 'stale' : (state?.verdict.state ?? 'unseen'),
    verdict: state?.verdict.state ?? null,
    since: state ? isoText(state.since) : null,
    seenAt: state ? isoText(state.seenAt) : null,
    facts: state?.facts ?? {},
    failures: state?.verdict.failures ?? [],
    outcome: state?.outcome ?? null,
    unconfirmed: state?.candidate ? unconfirmedOf(state.candidate, target.confirm) : null,
    resource: state?.resource ?? null,
    because,
    owner,
    severity,
    policyRevision: state?.policy.revision ?? null,
  };
}

function unconfirmedOf({ count, since, says }: Candidate, confirm: number): Unconfirmed {
  return { looks: count, confirm, since: isoText(since), says: says ?? null };
}

/** What is not seen yet is not wrong yet. */
export function isAllRight({ state }: TargetReport): boolean {
  return state === 'ok' || state === 'unseen';
}

/** `http:shop  ok  since 10:06:41  seen 4 s ago  status 200, version 1.4.0` */
export function reportLines(reports: readonly TargetReport[], now: number, palette: Palette): string[] {
  return alignColumns(reports.map((report) => cellsOf(report, now, palette)));
}

function cellsOf(report: TargetReport, now: number, palette: Palette): Cell[] {
  const { name, state, since, seenAt } = report;
  const tone = state === 'ok' ? palette.good : state === 'unseen' ? palette.dim : palette.grave;
  return [
    printable(name),
    { text: state, paint: tone },
    since === null ? '' : `since ${timeText(Date.parse(since), now)}`,
    seenAt === null ? 'not seen yet' : `seen ${agoText(Date.parse(seenAt), now)}`,
    detailsOf(report),
  ];
}

/** Facts, what was expected, and whose it is, on one line. */
export function detailsOf({
  state,
  verdict,
  facts,
  failures,
  outcome,
  unconfirmed,
  owner,
}: Pick<
  TargetReport,
  'state' | 'verdict' | 'facts' | 'failures' | 'outcome' | 'unconfirmed' | 'owner'
>): string {
  const wasNotOk = state === 'stale' && verdict !== null && verdict !== 'ok' ? `was ${verdict}` : '';
  const reason = outcome?.kind === 'unreachable' ? `${outcome.reason}: ${printable(outcome.detail)}` : '';
  const expected = failures.map(
    ({ fact, expected, actual }) =>
      `${printable(fact)} ${scalarText(actual)}, expected ${printable(expected)}`,
  );
  const failing = new Set(failures.map(({ fact }) => fact));
  const others = Object.fromEntries(Object.entries(facts).filter(([fact]) => !failing.has(fact)));
  const seen = [
    expected.join('; '),
    reason === '' ? factsText(others) : `last ${factsText(others) || 'nothing'}`,
  ];
  const known = verdict === null ? [] : [reason, ...seen];
  return [wasNotOk, ...known, unconfirmedText(unconfirmed), owner === null ? '' : `owner ${printable(owner)}`]
    .filter((part) => part !== '')
    .join(' · ');
}

/** `1 of 3 looks say violated, status 503` */
export function unconfirmedText(unconfirmed: Unconfirmed | null): string {
  if (!unconfirmed) return '';
  const { looks, confirm, says } = unconfirmed;
  return `${looks} of ${confirm} looks say ${says === null ? 'otherwise' : printable(says)}`;
}

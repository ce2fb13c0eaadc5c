import { formatByteSize } from '../model/byte-size.ts';
import { humanDuration } from '../model/duration.ts';
import type { ProcessSnapshot } from '../supervision/process-supervisor.ts';
import { type Report, reportOf } from './pressure-report.ts';

/** What holds the node up now. */
export interface Bottleneck {
  readonly where:
    | 'disk'
    | 'journal'
    | 'integration-manager'
    | 'subject'
    | 'workers'
    | 'intake'
    | 'broker'
    | 'sink'
    | 'group'
    | 'key'
    | 'attempts';
  /** One line for people. */
  readonly text: string;
}

/** Less than this is how work looks that goes well: it fits into one run. */
const worthSaying = 64;
/** A sink that is further behind does not keep up. */
const behindMs = 5000;

/**
 * The one thing to look at first, by what the processes said of themselves last; undefined when nothing is held up.
 * What stands still comes before what is slow, and what keeps others waiting before those that wait.
 */
export function bottleneckOf(processes: readonly ProcessSnapshot[], now: number): Bottleneck | undefined {
  const report = reportOf(processes);
  for (const find of [full, away, refusing, linkDown, slow, slowLink]) {
    const found = find(report, now);
    if (found) return found;
  }
  return undefined;
}

/** What keeps the node from taking anything in; it names no target and no key. */
export function closedBy(processes: readonly ProcessSnapshot[]): Bottleneck | undefined {
  const report = reportOf(processes);
  return fullForOthers(report) ?? refusing(report);
}

type Found = Bottleneck | undefined;

function full(report: Report, now: number): Found {
  const { full: why } = report.manager;
  if (why?.kind !== 'limit') return fullDisk(report);
  const held = linkDown(report, now)?.text.replace(': ', ', ') ?? why.heldBy;
  const results = resultsText(report);
  return { where: 'journal', text: `${limitText(why)}: ${held}${results && `; ${results}`}` };
}

function fullDisk(report: Report): Found {
  if (!report.manager.full) return undefined;
  const results = resultsText(report);
  return { where: 'disk', text: `the disk that holds the journal is full${results && `: ${results}`}` };
}

/** Whoever asks from outside need not know which sink or target it is about. */
function fullForOthers(report: Report): Found {
  const { full: why } = report.manager;
  if (why?.kind !== 'limit') return fullDisk(report);
  const results = resultsText(report);
  return { where: 'journal', text: `${limitText(why)}${results && `: ${results}`}` };
}

function limitText({ maxBytes }: { readonly maxBytes: number }): string {
  return `the journal is at its limit of ${formatByteSize(maxBytes)}`;
}

function resultsText({ manager }: Report): string {
  return manager.waiting > 0 ? `${waiting(manager.waiting, 'result')} to be written` : '';
}

/** A process is not there that others wait for. */
function away({ manager, subject, services, workers, tasks }: Report): Found {
  if (!manager.isReady && (subject.outstanding > 0 || tasks > 0)) {
    const runs = waiting(subject.outstanding, 'run');
    return { where: 'integration-manager', text: `the integration manager is away: ${runs} for it` };
  }
  if (!subject.isReady && services.outstanding > 0) {
    return {
      where: 'subject',
      text: `the subject is away: ${waiting(services.outstanding, 'task')} for it`,
    };
  }
  if (tasks === 0) return undefined;
  const wait = waiting(tasks, 'task');
  if (workers.ready === 0) return { where: 'workers', text: `no worker is ready: ${wait}` };
  const [first] = subject.awaited;
  return first === undefined ? undefined : { where: 'workers', text: `${first} is not ready yet: ${wait}` };
}

function refusing(report: Report): Found {
  const { services } = report;
  const { pending } = report.manager;
  if (pending >= services.maxPending) {
    return {
      where: 'intake',
      text: `pushes are refused: ${waiting(pending, 'accepted task')}, as many as may${reasonOf(report)}`,
    };
  }
  if (services.takesPushes) return undefined;
  return {
    where: 'intake',
    text: `pushes are refused: ${waiting(services.unaccepted, 'push', 'pushes')} to be accepted`,
  };
}

function reasonOf(report: Report): string {
  const found = slow(report);
  return found?.where === 'workers' || found?.where === 'integration-manager' ? `; ${found.text}` : '';
}

function linkDown({ sinks }: Report, now: number): Found {
  const [sink] = sinks
    .filter(({ lag, awaySince, isBlocked }) => lag > 0 && (awaySince !== null || isBlocked))
    .sort((one, other) => other.lag - one.lag);
  if (!sink) return undefined;
  const { where, label, lag, awaySince, blockedSince } = sink;
  const since = humanDuration(Math.max(0, now - (awaySince ?? blockedSince)));
  const what = awaySince === null ? `takes nothing (blocked) for ${since}` : `has been away for ${since}`;
  return { where, text: `${label} ${what}: ${waiting(lag, 'event')} in the journal` };
}

function slow({ subject, tasks, manager }: Report): Found {
  const { busy, slots, outstanding, fullestGroup, longestKey, inBackOff } = subject;
  // The workers are done with them, and are given others meanwhile.
  const uncommitted = Math.max(outstanding - busy, manager.waiting);
  if (slots > 0 && uncommitted > Math.max(slots, worthSaying)) {
    const results = waiting(uncommitted, 'result');
    return {
      where: 'integration-manager',
      text: `the integration manager is the bottleneck: ${results} to be committed`,
    };
  }
  if (tasks > 0 && slots > 0 && busy >= slots) {
    const runs = `${numeral(busy)} of ${numeral(slots)} runs busy`;
    return {
      where: 'workers',
      text: `workers are the bottleneck: ${waiting(tasks, 'task')}, ${runs}`,
    };
  }
  // Workers are idle, and yet much waits.
  const [most] = [
    { where: 'group' as const, tasks: fullestGroup?.tasks ?? 0 },
    { where: 'key' as const, tasks: longestKey?.tasks ?? 0 },
    { where: 'attempts' as const, tasks: inBackOff },
  ].sort((one, other) => other.tasks - one.tasks);
  if (!most || most.tasks <= worthSaying) return undefined;
  const wait = waiting(most.tasks, 'task');
  const texts = {
    group: `${fullestGroup?.name} is the bottleneck: ${wait} to ask it, ${counted(fullestGroup?.runs ?? 0, 'run')} do`,
    key: `the key ${longestKey?.name} is the bottleneck: ${wait} behind its one run`,
    attempts: `attempts fail: ${wait} for their next one`,
  };
  return { where: most.where, text: texts[most.where] };
}

function slowLink({ sinks }: Report): Found {
  const [sink] = sinks
    .filter(({ lag, lagMs }) => lag > 0 && lagMs > behindMs)
    .sort((one, other) => other.lagMs - one.lagMs);
  if (!sink) return undefined;
  const { where, label, lag, lagMs } = sink;
  const oldest = humanDuration(lagMs);
  return {
    where,
    text: `${label} is the bottleneck: ${waiting(lag, 'event')} in the journal, the oldest for ${oldest}`,
  };
}

function numeral(count: number): string {
  return count.toLocaleString('en-US');
}

function counted(count: number, what: string, plural = `${what}s`): string {
  return `${numeral(count)} ${count === 1 ? what : plural}`;
}

function waiting(count: number, what: string, plural?: string): string {
  return `${counted(count, what, plural)} ${count === 1 ? 'waits' : 'wait'}`;
}

import type { ProcessSnapshot } from '../../supervision/process-supervisor.ts';
import type { NodeStatus } from '../../topology/node.ts';
import { reportOf } from '../../topology/pressure-report.ts';
import { type SlowLook, slowestOf } from '../../worker/slowest-looks.ts';
import { bridgeReportOf } from '../delivery-text.ts';
import { createRates, type Rates } from './rates.ts';
import type { JournalSample } from './sample-journal.ts';

/** How a node is, as `top` shows it. What is not known is null. */
export interface TopModel {
  /** RFC 3339. */
  readonly time: string;
  /** `away`: it does not run or does not answer; all else is then as it was last. */
  readonly state: 'up' | 'away';
  readonly node: string | null;
  readonly version: string | null;
  readonly startedAt: string | null;
  readonly policy: { readonly revision: string; readonly targets: number; readonly refused: boolean } | null;
  /** What holds it up, for people. */
  readonly bottleneck: string | null;
  readonly processes: readonly TopProcess[];
  /** Per second, over the last few. */
  readonly rates: {
    readonly accepted: number | null;
    readonly settled: number | null;
    readonly published: number | null;
    readonly looks: number | null;
    readonly ticks: number | null;
  };
  /** From when a task was made to when what it publishes was committed, of a sample of the last few seconds. */
  readonly latency: {
    readonly p50Ms: number | null;
    readonly p99Ms: number | null;
    readonly samples: number;
  };
  readonly waiting: {
    /** That no worker has. */
    readonly tasks: number;
    readonly runs: number;
    readonly pending: number;
    readonly parked: number;
  };
  readonly sinks: readonly TopSink[];
  /** Records per second, the most first. */
  readonly topics: readonly { readonly name: string; readonly perSecond: number }[];
  /** Targets whose looks took longest in the last half minute. */
  readonly slowest: readonly SlowLook[];
}

export interface TopProcess {
  readonly name: string;
  readonly role: string;
  readonly pid: number | null;
  readonly state: string;
  readonly restarts: number;
  /** Of one core. */
  readonly cpuPercent: number | null;
  readonly residentBytes: number | null;
  readonly heapUsedBytes: number | null;
  /** The longest that its event loop was late in the last second. */
  readonly lateMs: number | null;
  /** How its last life ended: `SIGKILL`, `exit 1`. */
  readonly lastExit: string | null;
}

export interface TopSink {
  readonly name: string;
  readonly state: string;
  readonly lagEvents: number;
  readonly lagMs: number;
  readonly inFlight: number;
  readonly quarantined: number;
}

/** Turns what a node says, once a second or so, into what is shown of it. */
export interface Top {
  look(status: NodeStatus, sample: JournalSample | undefined, now: number): TopModel;
  /** Nobody answers. */
  away(now: number): TopModel;
  /** Whether two readings of every process that is ready are there. */
  isSettled(): boolean;
}

// So many looks back: what is committed in one second may say little.
const looksKept = 10;
const topicsKept = 20;

export function createTop(): Top {
  const rates = createRates();
  const samples: { readonly at: number; readonly sample: JournalSample }[] = [];
  let model: TopModel = nothing;
  return {
    look(status, sample, now) {
      for (const process of status.processes) addReading(rates, process);
      if (sample) samples.push({ at: now, sample });
      if (samples.length > looksKept) samples.shift();
      model = modelOf(status, rates, samples, now);
      return model;
    },
    away(now) {
      samples.length = 0;
      model = { ...model, time: new Date(now).toISOString(), state: 'away' };
      return model;
    },
    isSettled: () =>
      model.processes.every(({ state, cpuPercent }) => state !== 'ready' || cpuPercent !== null),
  };
}

const nothing: TopModel = {
  ...{ time: '', state: 'away', node: null, version: null, startedAt: null, policy: null, bottleneck: null },
  processes: [],
  rates: { accepted: null, settled: null, published: null, looks: null, ticks: null },
  latency: { p50Ms: null, p99Ms: null, samples: 0 },
  waiting: { tasks: 0, runs: 0, pending: 0, parked: 0 },
  ...{ sinks: [], topics: [], slowest: [] },
};

function modelOf(
  status: NodeStatus,
  rates: Rates,
  samples: readonly { readonly at: number; readonly sample: JournalSample }[],
  now: number,
): TopModel {
  const { node, version, startedAt, policy, bottleneck, processes } = status;
  const report = reportOf(processes);
  const manager = namesOf(processes, 'integration-manager');
  const latencies = Float64Array.from(samples.flatMap(({ sample }) => sample.latenciesMs)).sort();
  return {
    time: new Date(now).toISOString(),
    state: 'up',
    ...{ node, version, startedAt: new Date(startedAt).toISOString() },
    policy:
      policy && policy.revision !== ''
        ? { revision: policy.revision, targets: policy.targets, refused: policy.refused }
        : null,
    bottleneck: bottleneck?.text ?? null,
    processes: processes.map((process) => processOf(process, rates)),
    rates: {
      accepted: rateOf(rates, manager, 'accepted'),
      settled: rateOf(rates, manager, 'settled'),
      published: rateOf(rates, manager, 'published'),
      looks: rateOf(rates, namesOf(processes, 'worker'), 'looks'),
      ticks: rateOf(rates, namesOf(processes, 'services'), 'ticks'),
    },
    latency: {
      p50Ms: percentile(latencies, 0.5),
      p99Ms: percentile(latencies, 0.99),
      samples: latencies.length,
    },
    waiting: {
      tasks: report.tasks,
      runs: report.subject.outstanding,
      pending: report.manager.pending,
      parked: parkedOf(processes),
    },
    sinks: sinksOf(processes),
    topics: topicsOf(samples),
    slowest: slowestOf(
      processes.flatMap(({ stats }) => (stats as { slowest?: SlowLook[] } | undefined)?.slowest ?? []),
    ),
  };
}

/** What a process says of itself crosses a channel, and may be of an older version: a count may be missing. */
interface Said {
  readonly ticks?: number;
  readonly observations?: Readonly<Record<string, number>>;
  readonly journal?: {
    readonly nextSequence: number;
    readonly parked: number;
    readonly totals: { readonly accepted: number; readonly settledTasks: number };
  };
}

function addReading(rates: Rates, { name, incarnation, stats, vitals }: ProcessSnapshot): void {
  if (vitals?.uptimeMs === undefined) return;
  const { ticks, observations, journal } = (stats ?? {}) as Said;
  const looks = observations && Object.values(observations).reduce((sum, count) => sum + count, 0);
  const counts: Record<string, number> = { cpu: vitals.cpuMs };
  if (ticks !== undefined) counts['ticks'] = ticks;
  if (looks !== undefined) counts['looks'] = looks;
  if (journal) {
    counts['accepted'] = journal.totals.accepted;
    counts['settled'] = journal.totals.settledTasks;
    counts['published'] = journal.nextSequence;
  }
  rates.add(name, { incarnation, uptimeMs: vitals.uptimeMs, counts });
}

function processOf(process: ProcessSnapshot, rates: Rates): TopProcess {
  const { name, role, pid, state, restarts, vitals, lastExit } = process;
  const cpu = state === 'ready' ? rates.of(name, 'cpu') : null;
  return {
    ...{ name, role, pid: pid ?? null, state, restarts },
    // The system's own figure may go back by a hair.
    cpuPercent: cpu === null ? null : Math.max(0, Math.round(cpu)) / 10,
    residentBytes: vitals?.residentBytes ?? null,
    heapUsedBytes: vitals?.heapUsedBytes ?? null,
    lateMs: vitals ? Math.round(vitals.loopDelayMs) : null,
    lastExit: lastExit && restarts > 0 ? (lastExit.signal ?? `exit ${lastExit.code}`) : null,
  };
}

function namesOf(processes: readonly ProcessSnapshot[], role: string): string[] {
  return processes.filter((process) => process.role === role).map(({ name }) => name);
}

/** Of those among them that it is known of. */
function rateOf(rates: Rates, names: readonly string[], count: string): number | null {
  const known = names.map((name) => rates.of(name, count)).filter((rate) => rate !== null);
  return known.length === 0 ? null : round(known.reduce((sum, rate) => sum + rate, 0));
}

function parkedOf(processes: readonly ProcessSnapshot[]): number {
  const manager = processes.find(({ role }) => role === 'integration-manager');
  return ((manager?.stats ?? {}) as Said).journal?.parked ?? 0;
}

function sinksOf(processes: readonly ProcessSnapshot[]): TopSink[] {
  const report = bridgeReportOf(processes.find(({ role }) => role === 'bridge')?.stats);
  return (report?.sinks ?? []).map(({ name, link, lag, lagMs, inFlight, quarantined }) => ({
    ...{ name, state: link.state, lagEvents: lag, lagMs, inFlight, quarantined },
  }));
}

function topicsOf(
  samples: readonly { readonly at: number; readonly sample: JournalSample }[],
): TopModel['topics'] {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || first === last) return [];
  const counts = new Map<string, number>();
  // What the first one tells of came before the time that is counted.
  for (const { sample } of samples.slice(1)) {
    for (const [topic, count] of sample.topics) counts.set(topic, (counts.get(topic) ?? 0) + count);
  }
  return [...counts]
    .map(([name, count]) => ({ name, perSecond: round((count * 1000) / Math.max(1, last.at - first.at)) }))
    .sort((one, other) => other.perSecond - one.perSecond || (one.name < other.name ? -1 : 1))
    .slice(0, topicsKept);
}

function percentile(sorted: Float64Array, share: number): number | null {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

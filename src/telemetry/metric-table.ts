import { bridgeMetrics } from './bridge-metrics.ts';
import { counts, each, type MetricSpec, numberAt, one } from './metric-spec.ts';

/** Every metric, in the order in which it is shown. Names are stable: dashboards and alerts are written on them. */
export const metricTable: readonly MetricSpec[] = [
  {
    name: 'polar_node_info',
    type: 'gauge',
    help: 'Always 1; who the node is, and the policy that is in force.',
    labels: ['node', 'version', 'policy'],
    samples: ({ node, version, policy }) => [
      { of: { node, version, policy: policy?.revision ?? '' }, value: 1 },
    ],
  },
  {
    name: 'polar_node_start_time_seconds',
    type: 'gauge',
    help: 'When the node was started, since 1970.',
    samples: ({ startedAt }) => [{ value: startedAt / 1000 }],
  },
  {
    name: 'polar_targets',
    type: 'gauge',
    help: 'Targets of the policy in force.',
    samples: ({ policy }) => [{ value: policy?.targets ?? Number.NaN }],
  },
  {
    name: 'polar_policy_refused',
    type: 'gauge',
    help: '1 when the newest policy set was refused and an older one stays in force.',
    samples: ({ policy }) => [{ value: policy ? Number(policy.refused) : Number.NaN }],
  },
  {
    name: 'polar_ticks_total',
    type: 'counter',
    help: 'Observations that the scheduler asked for.',
    samples: one('services', 'ticks'),
  },
  {
    name: 'polar_observations_total',
    type: 'counter',
    help: 'Observations made, by kind of observer and outcome.',
    labels: ['kind', 'outcome', 'process'],
    samples: counts('worker', 'observations', ['kind', 'outcome'], true),
  },
  {
    name: 'polar_gateway_answers_total',
    type: 'counter',
    help: 'Answers of the gateway, over TCP and over its socket, by status.',
    labels: ['status'],
    samples: counts('services', 'answers', ['status'], false),
  },
  {
    name: 'polar_control_answers_total',
    type: 'counter',
    help: 'Answers of the supervisor at its control socket, by status.',
    labels: ['status'],
    samples: counts('supervisor', 'answers', ['status'], false),
  },
  {
    name: 'polar_frames_rejected_total',
    type: 'counter',
    help: 'What came over a socket of the node and was not taken, by reason.',
    labels: ['reason', 'process'],
    samples: (status) => [
      ...counts('subject', 'rejected', ['reason'], true)(status),
      ...counts('integration-manager', 'rejected', ['reason'], true)(status),
    ],
  },
  {
    name: 'polar_tasks_unsettled',
    type: 'gauge',
    help: 'Tasks that were sent by the services and hold no receipt yet.',
    samples: one('services', 'outstanding'),
  },
  {
    name: 'polar_tasks_settled_total',
    type: 'counter',
    help: 'Tasks settled since the journal was made.',
    samples: one('integration-manager', 'journal', 'totals', 'settledTasks'),
  },
  {
    name: 'polar_tasks_accepted_total',
    type: 'counter',
    help: 'Pushes and child tasks taken into the journal since it was made.',
    samples: one('integration-manager', 'journal', 'totals', 'accepted'),
  },
  {
    name: 'polar_tasks_dead_lettered_total',
    type: 'counter',
    help: 'Tasks that became dead letters since the journal was made.',
    samples: one('integration-manager', 'journal', 'totals', 'deadLettered'),
  },
  {
    name: 'polar_tasks_pending',
    type: 'gauge',
    help: 'Accepted tasks that wait in the journal.',
    samples: one('integration-manager', 'journal', 'pending'),
  },
  {
    name: 'polar_worker_tasks_total',
    type: 'counter',
    help: 'Tasks that a worker walked through their flow.',
    labels: ['process'],
    samples: each('worker', ({ stats }) => numberAt(stats, 'tasks')),
  },
  {
    name: 'polar_worker_failures_total',
    type: 'counter',
    help: 'Runs that a worker ended because of a failure.',
    labels: ['process'],
    samples: each('worker', ({ stats }) => numberAt(stats, 'failures')),
  },
  {
    name: 'polar_worker_runs',
    type: 'gauge',
    help: 'Runs that a worker has in hand.',
    labels: ['process'],
    samples: each('worker', ({ stats }) => numberAt(stats, 'running')),
  },
  {
    name: 'polar_journal_last_sequence',
    type: 'gauge',
    help: 'The sequence of the newest record of the journal.',
    samples: (status) =>
      one(
        'integration-manager',
        'journal',
        'nextSequence',
      )(status).map(({ value }) => ({ value: value - 1 })),
  },
  {
    name: 'polar_journal_commits_total',
    type: 'counter',
    help: 'Transactions written to the journal.',
    samples: one('integration-manager', 'commits'),
  },
  {
    name: 'polar_journal_full',
    type: 'gauge',
    help: '1 while the disk that holds the journal is full, or the journal at its limit: results wait, and pushes are refused.',
    samples: ({ processes }) =>
      processes
        .filter(({ role }) => role === 'integration-manager')
        .map(({ stats }) => ({ value: isFullOf(stats) })),
  },
  ...bridgeMetrics,
  {
    name: 'polar_process_up',
    type: 'gauge',
    help: '1 while the process is ready, else 0.',
    labels: ['process'],
    samples: each(undefined, ({ state }) => Number(state === 'ready')),
  },
  {
    name: 'polar_process_restarts_total',
    type: 'counter',
    help: 'Times that the process was started again.',
    labels: ['process'],
    samples: each(undefined, ({ restarts }) => restarts),
  },
  {
    name: 'polar_process_cpu_seconds_total',
    type: 'counter',
    help: 'Processor time of the present life of the process.',
    labels: ['process'],
    samples: each(undefined, ({ vitals }) => (vitals?.cpuMs ?? Number.NaN) / 1000),
  },
  {
    name: 'polar_process_resident_memory_bytes',
    type: 'gauge',
    help: 'Memory that the process holds.',
    labels: ['process'],
    samples: each(undefined, ({ vitals }) => vitals?.residentBytes ?? Number.NaN),
  },
  {
    name: 'polar_process_heap_used_bytes',
    type: 'gauge',
    help: 'JavaScript objects of the process.',
    labels: ['process'],
    samples: each(undefined, ({ vitals }) => vitals?.heapUsedBytes ?? Number.NaN),
  },
  {
    name: 'polar_process_event_loop_delay_seconds',
    type: 'gauge',
    help: 'The longest that the event loop of the process was late in about the last second.',
    labels: ['process'],
    samples: each(undefined, ({ vitals }) => (vitals?.loopDelayMs ?? Number.NaN) / 1000),
  },
];

function isFullOf(stats: unknown): number {
  const { isFull } = (stats ?? {}) as { isFull?: unknown };
  return typeof isFull === 'boolean' ? Number(isFull) : Number.NaN;
}

import { describe, expect, it } from 'vitest';
import { metricTable } from '../../../src/telemetry/metric-table.ts';
import { renderMetrics } from '../../../src/telemetry/metrics.ts';
import type { NodeStatus } from '../../../src/topology/node.ts';

type Process = NodeStatus['processes'][number];

const aProcess = (role: string, stats: unknown, part: Partial<Process> = {}): Process => ({
  name: role,
  role,
  pid: 7,
  state: 'ready',
  restarts: 0,
  incarnation: 1,
  stats,
  vitals: { residentBytes: 50_000_000, heapUsedBytes: 9_000_000, cpuMs: 1500, loopDelayMs: 12.5 },
  ...part,
});
const journal = {
  nextSequence: 8,
  pending: 2,
  totals: { settledTasks: 40, accepted: 5, completed: 3, deadRows: 0, deadLettered: 1 },
};
const status: NodeStatus = {
  node: 'anna',
  version: '1.2.3',
  project: '/p',
  pid: 1,
  startedAt: 1_700_000_000_000,
  policy: { revision: '71ab90', hash: 'h', targets: 3, refused: false },
  endpoints: {},
  gateway: null,
  bottleneck: null,
  processes: [
    aProcess('integration-manager', { commits: 9, isFull: true, journal }),
    aProcess(
      'worker',
      { tasks: 4, observations: { 'http observed': 3, 'http unreachable': 1 } },
      { name: 'worker-1', restarts: 2 },
    ),
    aProcess('worker', undefined, { name: 'worker-2', state: 'starting', vitals: undefined }),
    aProcess('services', { ticks: 4, outstanding: 1, answers: { 202: 6, 403: 1 } }),
    aProcess('bridge', {
      sinks: [{ name: 'amqp', link: { state: 'blocked' }, lag: 4, lagMs: 1500, quarantined: 2 }],
      idle: [{ name: 'old', cursor: 3, quarantined: 0 }],
    }),
  ],
};

/** `name{labels}` → value. */
async function samples(of: NodeStatus): Promise<Record<string, string>> {
  const lines = (await renderMetrics(of)).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), line.slice(line.lastIndexOf(' ') + 1)]),
  );
}

describe('the metrics of a node', () => {
  it('say what its processes say of themselves', async () => {
    expect(await samples(status)).toMatchObject({
      'polar_node_info{node="anna",version="1.2.3",policy="71ab90"}': '1',
      polar_tasks_settled_total: '40',
      polar_tasks_pending: '2',
      polar_journal_last_sequence: '7',
      polar_journal_full: '1',
      'polar_observations_total{kind="http",outcome="unreachable",process="worker-1"}': '1',
      'polar_gateway_answers_total{status="403"}': '1',
      'polar_process_restarts_total{process="worker-1"}': '2',
      'polar_process_up{process="worker-2"}': '0',
      'polar_process_event_loop_delay_seconds{process="worker-1"}': '0.0125',
      'polar_process_cpu_seconds_total{process="bridge"}': '1.5',
      'polar_bridge_link_up{sink="amqp"}': '0',
      'polar_bridge_lag_events{sink="amqp"}': '4',
      'polar_bridge_lag_seconds{sink="amqp"}': '1.5',
      'polar_bridge_quarantined_events{sink="amqp"}': '2',
      polar_bridge_idle_sinks: '1',
    });
  });

  it('say nothing of what is not known', async () => {
    const known = Object.keys(await samples(status));
    expect(known).not.toContain('polar_bridge_delivered_total{sink="amqp"}');
    expect(known).not.toContain('polar_worker_tasks_total{process="worker-2"}');
    expect(await samples({ ...status, policy: null, processes: [] })).toEqual({
      'polar_node_info{node="anna",version="1.2.3",policy=""}': '1',
      polar_node_start_time_seconds: '1700000000',
    });
  });

  it('are as they were, however often they are read', async () => {
    expect(await renderMetrics(status)).toBe(await renderMetrics(status));
  });
});

describe('the table of metrics', () => {
  it.each(metricTable)('names $name as Prometheus does', ({ name, type, help }) => {
    expect(name).toMatch(/^polar_[a-z]+(_[a-z]+)*$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    expect(help).toMatch(/^[A-Z1].*\.$/);
  });

  it('has each name once', () => {
    expect(new Set(metricTable.map(({ name }) => name)).size).toBe(metricTable.length);
  });
});

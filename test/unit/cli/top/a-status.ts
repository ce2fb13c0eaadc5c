import type { NodeStatus } from '../../../../src/topology/node.ts';

type Process = NodeStatus['processes'][number];

/** What counts in a node, as its processes say it. */
export interface Counts {
  readonly uptimeMs: number;
  readonly settled: number;
  readonly looks: number;
  readonly cpuMs: number;
}

export function aProcess(role: string, uptimeMs: number, part: Partial<Process> = {}): Process {
  return {
    ...{ name: role, role, pid: 4711, state: 'ready', restarts: 0, incarnation: 1, stats: {} },
    vitals: { residentBytes: 60 << 20, heapUsedBytes: 9 << 20, cpuMs: 500, uptimeMs, loopDelayMs: 12 },
    ...part,
  };
}

/** A node of one worker that has counted so much by a moment of its life. */
export function aStatus(
  { uptimeMs, settled, looks, cpuMs }: Counts,
  part: Partial<NodeStatus> = {},
): NodeStatus {
  const totals = { settledTasks: settled, accepted: 0, completed: 0, deadRows: 0, deadLettered: 0 };
  const vitals = { residentBytes: 80 << 20, heapUsedBytes: 9 << 20, cpuMs, uptimeMs, loopDelayMs: 3 };
  return {
    ...{ node: 'anna', version: '1.2.3', project: '/p', pid: 1, startedAt: 1_700_000_000_000 },
    policy: { revision: '71ab90', hash: 'h', targets: 3, refused: false },
    ...{ endpoints: {}, gateway: null, bottleneck: null },
    processes: [
      aProcess('integration-manager', uptimeMs, {
        stats: { journal: { nextSequence: 8, pending: 2, parked: 1, totals } },
      }),
      aProcess('worker', uptimeMs, {
        ...{ name: 'worker-1', vitals },
        stats: { observations: { 'http observed': looks }, slowest: [{ target: 'http:shop', ms: 120 }] },
      }),
      aProcess('services', uptimeMs, { stats: { ticks: looks } }),
      aProcess('bridge', uptimeMs, {
        stats: {
          sinks: [
            {
              ...{ name: 'amqp', kind: 'amqp', link: { state: 'blocked', since: 0 }, lag: 4, lagMs: 1500 },
              ...{ awaySince: null, inFlight: 1, quarantined: 2 },
            },
          ],
          idle: [],
        },
      }),
    ],
    ...part,
  };
}

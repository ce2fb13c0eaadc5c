import { type MetricSpec, numberAt } from './metric-spec.ts';

/** What the bridge says of its sinks. */
export const bridgeMetrics: readonly MetricSpec[] = [
  {
    name: 'polar_bridge_link_up',
    type: 'gauge',
    help: '1 while the link to a sink is up, 0 while it is not or the broker blocks it.',
    labels: ['sink'],
    samples: eachSink((sink) => Number((sink['link'] as { state?: unknown } | undefined)?.state === 'up')),
  },
  {
    name: 'polar_bridge_lag_events',
    type: 'gauge',
    help: 'Records of the journal that are still to be delivered to a sink.',
    labels: ['sink'],
    samples: eachSink((sink) => numberAt(sink, 'lag')),
  },
  {
    name: 'polar_bridge_lag_seconds',
    type: 'gauge',
    help: 'Age of the oldest record that is still to be delivered; 0 when there is none.',
    labels: ['sink'],
    samples: eachSink((sink) => numberAt(sink, 'lagMs') / 1000),
  },
  {
    name: 'polar_bridge_in_flight',
    type: 'gauge',
    help: 'Events handed to a sink and not confirmed yet.',
    labels: ['sink'],
    samples: eachSink((sink) => numberAt(sink, 'inFlight')),
  },
  {
    name: 'polar_bridge_delivered_total',
    type: 'counter',
    help: 'Events that a sink confirmed.',
    labels: ['sink'],
    samples: eachSink((sink) => numberAt(sink, 'delivered')),
  },
  {
    name: 'polar_bridge_redelivered_total',
    type: 'counter',
    help: 'Those among them that had been handed to the sink before.',
    labels: ['sink'],
    samples: eachSink((sink) => numberAt(sink, 'redelivered')),
  },
  {
    name: 'polar_bridge_quarantined_events',
    type: 'gauge',
    help: 'Events that were set aside because a sink can never take them.',
    labels: ['sink'],
    samples: eachSink((sink) => numberAt(sink, 'quarantined')),
  },
  {
    name: 'polar_bridge_idle_sinks',
    type: 'gauge',
    help: 'Sinks that have a cursor and do not run: each keeps the journal from being shortened.',
    samples: ({ processes }) =>
      processes
        .filter(({ role }) => role === 'bridge')
        .map(({ stats }) => {
          const { idle } = (stats ?? {}) as { idle?: unknown };
          return { value: Array.isArray(idle) ? idle.length : Number.NaN };
        }),
  },
];

/** One number for each sink of the bridge. */
function eachSink(numberOf: (sink: Record<string, unknown>) => number): MetricSpec['samples'] {
  return ({ processes }) =>
    processes
      .filter(({ role }) => role === 'bridge')
      .flatMap(({ stats }) => {
        const { sinks } = (stats ?? {}) as { sinks?: unknown };
        return (Array.isArray(sinks) ? sinks : []) as Record<string, unknown>[];
      })
      .map((sink) => ({ of: { sink: String(sink['name']) }, value: numberOf(sink) }));
}

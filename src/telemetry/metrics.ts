import type { NodeStatus } from '../topology/node.ts';
import { metricTable } from './metric-table.ts';

/** The node's numbers as Prometheus reads them. Loads its package when it is first asked. */
export async function renderMetrics(status: NodeStatus): Promise<string> {
  const { Counter, Gauge, Registry } = await import('prom-client');
  const registry = new Registry();
  for (const { name, type, help, labels = [], samples } of metricTable) {
    const found = samples(status).filter(({ value }) => Number.isFinite(value));
    // Nothing is said of what is not known: a 0 would be a statement.
    if (found.length === 0) continue;
    const Kind = type === 'counter' ? Counter : Gauge;
    const metric = new Kind({ name, help, labelNames: [...labels], registers: [registry] });
    for (const { of = {}, value } of found) metric.inc(of, value);
  }
  return registry.metrics();
}

// Looks at each place that its parent sends, as a worker would, and says what came of it and what it cost:
// in a process of its own, so that the memory is that of the observers alone.
import { readSettings } from '../../../dist/config/settings.js';
import { observerKinds } from '../../../dist/observers/kinds.js';

process.on('message', async ({ kind: name, written, timeoutMs }) => {
  const kind = observerKinds.get(name);
  const entries = Object.entries(written).map(([key, value]) => ({ key, value, line: 1, column: 1 }));
  const findings = [];
  const section = { name: `${name}:it`, line: 1, column: 1, entries };
  const { values } = readSettings('it.ini', section, kind.settings, 'policy', findings);
  if (findings.length > 0) throw new Error(findings[0].message);
  const { signal } = new AbortController();
  const startedAt = performance.now();
  const observation = await kind.observe(values, { signal, timeoutMs, now: Date.now });
  const tookMs = performance.now() - startedAt;
  // Of the whole life so far, in KiB.
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  process.send({ observation, tookMs, peakBytes });
});
process.on('disconnect', () => process.exit());

import { rmSync } from 'node:fs';
import { settle } from '../../../dist/integration-manager/settle.js';
import { openJournalWriter } from '../../../dist/journal/lmdb/writer.js';
import { encodeEnvelope } from '../../../dist/model/envelope.js';
import { blankEnvelope } from '../blank-envelope.mjs';

const perBatch = 256;
const hash = 'a'.repeat(64);

/** A journal of so many changes of some targets, as the State Manager makes them. Resolves with the bytes of a body. */
export async function fillJournal(path, events) {
  rmSync(path, { recursive: true, force: true });
  const journal = openJournalWriter(path, 'bench', Date.now());
  let bytes = 0;
  for (let made = 0; made < events; ) {
    const count = Math.min(perBatch, events - made);
    const records = Array.from({ length: count }, (_, index) => change(made + index));
    bytes += records.reduce((sum, { body }) => sum + body.length, 0);
    journal.commit(commitOf(journal, records.map(encodeEnvelope)), Date.now());
    made += count;
    // Whoever has a connection open meanwhile answers heartbeats.
    await new Promise((resolve) => setImmediate(resolve));
  }
  await journal.close();
  return Math.round(bytes / events);
}

/** What the integration manager would write of no result at all, and these records. */
function commitOf(journal, records) {
  const segment = { topic: 'ObserveTarget/changed/', count: records.length, bytes: Buffer.concat(records) };
  return { ...settle(journal, [], 1), segments: [segment], records: records.length };
}

function change(number) {
  const domain = `service-${number % 100}`;
  const facts = { status: 200, version: `1.${number}.0` };
  const before = { status: 200, version: `1.${number - 1}.0` };
  const event = {
    type: 'polar.observation.changed',
    policy: { revision: hash.slice(0, 6), hash },
    data: {
      target: `http:${domain}`,
      resource: `https://${domain}.internal/health`,
      outcome: { kind: 'observed' },
      verdict: { ok: true, failed: [] },
      changed: ['version'],
      facts,
      before,
      patch: [{ op: 'replace', path: '/version', value: facts.version }],
      measures: { latencyMs: number % 50 },
      because: 'customers cannot pay',
      owner: 'payments',
      severity: 'high',
      runbook: null,
      labels: {},
    },
  };
  return {
    ...blankEnvelope,
    source: 'scheduler',
    number,
    flow: 'ObserveTarget',
    key: `bench.event.http.${domain}`,
    time: Date.now(),
    body: Buffer.from(JSON.stringify(event)),
  };
}

// One example of each type of event, for docs/events/asyncapi.json; the tests hold them to the schemas.
import { changedNames, patchOf } from '../../dist/model/json-patch.js';

const observation = (state, before, facts, more = {}) => {
  return {
    target: 'http:shop',
    resource: 'https://shop.example.com/health',
    outcome: { kind: 'observed' },
    verdict: {
      state,
      failures: state === 'violated' ? [{ fact: 'status', expected: '200', actual: facts.status }] : [],
    },
    changed: changedNames(before ?? {}, facts),
    facts,
    before,
    patch: patchOf(before, facts),
    measures: { latency_ms: 12 },
    because: 'customers cannot pay',
    owner: 'payments',
    severity: 'high',
    runbook: null,
    labels: {},
    ...more,
  };
};
const well = { status: 200, version: '1.4.0' };
const newer = { status: 200, version: '1.5.0' };
const ill = { status: 503, version: '1.4.0' };
const hash = '3f9c1e'.padEnd(64, '0');
const files = [{ name: 'shop.ini', text: '[http:shop]\nurl = https://shop.example.com/health\n' }];

/** By type: the `data`. A type without an example has none in the page. */
const dataOf = {
  'polar.observation.first': observation('ok', null, well),
  'polar.observation.changed': observation('ok', well, newer),
  'polar.observation.unreachable': observation('unreachable', well, well, {
    outcome: { kind: 'unreachable', reason: 'timeout', detail: 'no answer within 5 s' },
    measures: {},
  }),
  'polar.observation.violated': observation('violated', well, ill),
  'polar.observation.recovered': observation('ok', ill, well, { afterMs: 20_000 }),
  'polar.observation.stale': observation('ok', well, well, { ageMs: 3_600_000 }),
  'polar.observation.retired': observation('ok', well, well),
  'polar.observation.attested': {
    target: 'http:shop',
    from: '2026-03-01T11:00:00.000Z',
    to: '2026-03-01T12:00:00.000Z',
    due: 120,
    made: 119,
    missed: 0,
    skipped: 1,
    longestGapMs: 60_000,
    reason: 'attest',
  },
  'polar.policy.applied': {
    revision: '3f9c1e',
    hash,
    before: null,
    added: ['http:shop'],
    changed: [],
    retired: [],
    files,
  },
  'polar.policy.refused': {
    revision: '3f9c1e',
    hash,
    inForce: null,
    findings: [
      {
        file: 'shop.ini',
        line: 3,
        column: 1,
        severity: 'error',
        code: 'policy.unknown-key',
        message: '"evry"; did you mean "every"?',
      },
    ],
    files,
  },
  'polar.delivery.retried': {
    order: 1,
    sink: 'amqp',
    sequences: [41],
    by: 'anna',
    reason: 'the queue is bound again',
  },
  'polar.delivery.dropped': { order: 2, sink: 'amqp', sequences: [41], by: 'anna', reason: 'a test of ours' },
  'polar.sink.dropped': {
    order: 3,
    sink: 'old',
    sequences: null,
    by: 'anna',
    reason: 'the broker was moved',
  },
};

/** Kind, method and domain of the subject name. */
function partsOf(type) {
  if (type.startsWith('polar.policy.')) return ['command', 'apply', 'policies'];
  if (/^polar\.(delivery|sink)\./.test(type)) return ['command', 'order', 'deliveries'];
  return ['event', 'http', 'shop'];
}

/** The whole event as it is delivered; undefined where there is no example of the type. */
export function exampleOf(type) {
  const data = dataOf[type];
  if (data === undefined) return undefined;
  const [kind, method, domain] = partsOf(type);
  const isUnderPolicy = method !== 'order';
  return {
    specversion: '1.0',
    id: '0193a7-42',
    source: `/polar/anna/${method}`,
    type,
    subject: domain,
    time: '2026-03-01T12:00:00.000Z',
    datacontenttype: 'application/json',
    sequence: '42',
    partitionkey: `anna.${kind}.${method}.${domain}`,
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    ...(isUnderPolicy && { policyrevision: '3f9c1e', policyhash: hash }),
    chainhead: '5c1de7',
    data,
  };
}

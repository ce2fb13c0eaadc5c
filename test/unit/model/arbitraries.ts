import fc from 'fast-check';
import type { Facts, Observation, Scalar, UnreachableReason } from '../../../src/model/observation.ts';
import type { ComparisonOperator, Condition, Expectation, Target } from '../../../src/model/policy.ts';
import type { Tick } from '../../../src/model/tick.ts';

/** Few names and values, so that runs of observations meet the same ones again; and some that hurt. */
const name = fc.oneof(
  fc.constantFrom('status', 'version', 'GET /orders', 'a~b/c', '__proto__', ''),
  fc.string({ maxLength: 6 }),
);
export const scalar: fc.Arbitrary<Scalar> = fc.oneof(
  fc.constantFrom<Scalar[]>(200, 503, '1.4.0', '200', true, null, ''),
  fc.string({ maxLength: 8 }),
  fc.integer(),
);

export const facts: fc.Arbitrary<Facts> = fc
  .array(fc.tuple(name, scalar), { maxLength: 6 })
  .map((entries) => Object.fromEntries(entries));

const reasons: UnreachableReason[] = ['timeout', 'refused', 'tls', 'unreadable'];

export const outcome: fc.Arbitrary<Observation['outcome']> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ kind: 'observed' } as const) },
  fc.record({
    kind: fc.constant('unreachable' as const),
    reason: fc.constantFrom(...reasons),
    detail: fc.string(),
  }),
);

export const observation: fc.Arbitrary<Observation> = fc
  .record({ outcome, facts, measures: facts, time: fc.integer({ min: 0, max: 4_000_000_000_000 }) })
  .map((seen) => ({
    ...seen,
    facts: seen.outcome.kind === 'observed' ? seen.facts : {},
    resource: 'http://shop.example/health',
  }));

const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({
    operator: fc.constantFrom<ComparisonOperator[]>('=', '!=', '<', '<=', '>', '>='),
    value: scalar,
  }),
  fc.record({ operator: fc.constantFrom('in' as const, 'not in' as const), values: fc.array(scalar) }),
  fc.record({ operator: fc.constantFrom('like' as const, 'not like' as const), pattern: fc.string() }),
  fc.record({ operator: fc.constantFrom('exists' as const, 'absent' as const) }),
);

const expectation: fc.Arbitrary<Expectation> = fc
  .tuple(condition, name, fc.string({ minLength: 1 }))
  .map(([of, fact, text]) => ({ ...of, fact, text }));

const words = fc.option(fc.string(), { nil: undefined });

export const target: fc.Arbitrary<Target> = fc
  .record({
    everyMs: fc.constantFrom(100, 1000, 30_000),
    confirm: fc.constantFrom(1, 1, 2, 3),
    maxAgeMs: fc.constantFrom(undefined, 1, 10_000),
    attestMs: fc.constantFrom(1000, 3_600_000, 1e12),
    expectations: fc.array(expectation, { maxLength: 2 }),
    because: words,
    owner: words,
    severity: fc.constantFrom(undefined, 'low', 'high'),
    runbook: words,
    labels: fc.dictionary(fc.string(), fc.string(), { maxKeys: 2 }),
  })
  .map((part) => aTarget(part));

export const stamp = fc
  .string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 })
  .map((hash) => ({ revision: hash.slice(0, 6), hash }));

export const tick: fc.Arbitrary<Tick> = fc.record({
  target,
  policy: stamp,
  serial: fc.nat(3),
  due: fc.option(fc.integer({ min: 0, max: 4_000_000_000_000 })),
  skipped: fc.nat(5),
});

export function aTarget(part: Partial<Target> = {}): Target {
  return {
    name: 'http:shop',
    kind: 'http',
    domain: 'shop',
    everyMs: 1000,
    cron: undefined,
    timeoutMs: 500,
    jitterMs: 0,
    confirm: 1,
    maxAgeMs: undefined,
    attestMs: 3_600_000,
    group: 'shop.example:80',
    settings: {},
    expectations: [],
    because: undefined,
    owner: undefined,
    severity: undefined,
    runbook: undefined,
    labels: {},
    ...part,
  };
}

export function expects(fact: string, operator: ComparisonOperator, value: Scalar): Expectation {
  return { fact, operator, value, text: operator === '=' ? String(value) : `${operator} ${value}` };
}

export function aTick(part: Partial<Tick> = {}): Tick {
  return {
    target: aTarget(),
    policy: { revision: '3f9c1e', hash: '3f9c1e'.padEnd(64, '0') },
    serial: 1,
    due: null,
    skipped: 0,
    ...part,
  };
}

export function seen(facts: Facts, time = 0, measures: Facts = {}): Observation {
  return { outcome: { kind: 'observed' }, facts, measures, resource: 'http://shop.example/health', time };
}

export function unseen(reason: UnreachableReason, time = 0, detail = ''): Observation {
  return { ...seen({}, time), outcome: { kind: 'unreachable', reason, detail } };
}

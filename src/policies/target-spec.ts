import { duration, integer, oneOf, type Setting, type Spec, text } from '../config/settings.ts';
import { cronExpression, timezone } from './cron-expression.ts';
import { readExpectation } from './expectation.ts';

/** What people want to know about a target, not how it is observed; `[policy]` sets these for its file. */
export const policySpec = {
  owner: { read: text(), doc: 'Who answers for it.', example: 'payments' },
  severity: {
    read: oneOf('low', 'medium', 'high', 'critical'),
    doc: 'How grave it is when an expectation does not hold.',
    example: 'high',
  },
  runbook: { read: text(), doc: 'Where to read what to do.', example: 'https://wiki.example/shop-down' },
  'label.*': { read: text(), doc: 'Anything else, passed on in every event.', example: 'production' },
} as const satisfies Spec;

/** The settings of every target, whatever observes it. */
export const targetSpec = {
  every: { read: duration(100), doc: 'How often it is observed.', example: '30s', fallback: 30_000 },
  cron: {
    read: cronExpression(),
    doc: 'The times at which it is observed, in place of every: minute, hour, day of the month, month, day of the week.',
    example: '0 3 * * 1-5',
  },
  timezone: {
    read: timezone(),
    doc: 'The time zone of cron.',
    example: 'Europe/Berlin',
    fallback: 'UTC',
  },
  timeout: {
    read: duration(10, 600_000),
    doc: 'How long one observation may take, the last byte included.',
    example: '5s',
    fallback: 5_000,
  },
  jitter: {
    read: duration(0),
    doc: 'Targets of one interval are spread over this part of it; 0 spreads them over all of it.',
    example: '2s',
    fallback: 0,
  },
  confirm: {
    read: integer(1, 1000),
    doc: 'Observations in a row that must say the same before a change is believed.',
    example: '3',
    fallback: 1,
  },
  max_age: {
    read: duration(100),
    doc: 'When its last observation is older than this, the target is stale, which is an event. Default: it never is.',
    example: '5m',
  },
  attest: {
    read: duration(1000),
    doc: 'How long a period of looking is before it is attested, which is an event: due, made, missed, longest gap.',
    example: '15m',
    fallback: 3_600_000,
  },
  because: {
    read: text(),
    doc: 'Why it matters, in words for whoever is woken.',
    example: 'customers cannot pay',
  },
  ...policySpec,
  'expect.*': {
    read: readExpectation,
    doc: 'What must hold of a fact or measure: a value, an operator (= != < <= > >=) and a value, or one of in, not in, like, not like, exists, absent.',
    example: '> 21',
  },
} as const satisfies Spec;

/** For a section of defaults: nothing is needed there, and what is not written is not set. */
export function asDefaults(spec: Spec): Spec {
  return Object.fromEntries(
    Object.entries(spec).map(
      ([key, { fallback: _, required: __, ...setting }]: [string, Setting<unknown>]) => [key, setting],
    ),
  );
}

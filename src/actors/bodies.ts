import { type DeliveryRequest, mostSequences } from '../model/delivery-order.ts';
import { PolarError } from '../model/errors.ts';
import type { Finding } from '../model/finding.ts';
import type { LetterRequest } from '../model/letter-order.ts';
import type { StopNotice } from '../model/node-life.ts';
import type { Observation } from '../model/observation.ts';
import type { PolicyFile, PolicySet } from '../model/policy.ts';
import type { TargetNotice } from '../model/target-notice.ts';
import type { Tick } from '../model/tick.ts';
import type { TargetDiff } from '../policies/diff-targets.ts';

/**
 * The boundary of the managers: a body may come from a component of a user's, or from anybody's `push`.
 * Each reader returns the body as what it is, or throws body.not-data naming the first field that is wrong.
 */

/** What the Observer hands to the State Manager. */
export interface Observed {
  readonly tick: Tick;
  readonly observation: Observation;
}

/** What the policy watch pushes. */
export interface PolicyPush {
  readonly files: readonly PolicyFile[];
  /** Of the reading itself: a file that is too large, or no text. An error among them refuses the set. */
  readonly findings?: readonly Finding[];
}

/** What the gateway was asked to push: it becomes a task of its own. */
export interface Admission {
  readonly id: string;
  readonly flow: string;
  readonly key: string;
  /** Empty means the same as `key`. */
  readonly subject: string;
  readonly group: string;
  /** Ms since the epoch; 0 for none. */
  readonly deadline: number;
  /** JSON data. */
  readonly body: unknown;
}

/** What the Policy Manager hands to the Task Manager. */
export interface PolicyChange {
  readonly set: PolicySet;
  readonly files: readonly PolicyFile[];
  /** One per kind of observer that the set has to do with. */
  readonly changes: readonly (TargetDiff & { readonly kind: string })[];
}

export function readTick(body: unknown): Tick {
  requireShape(body, 'a tick', isTick);
  return body;
}

export function readObserved(body: unknown): Observed {
  requireShape(body, 'an observed tick', (value): value is Observed => {
    const { tick, observation } = record(value);
    return isTick(tick) && isObservation(observation);
  });
  return body;
}

export function readTargetNotice(body: unknown): TargetNotice {
  requireShape(body, 'a notice about a target', isTargetNotice);
  return body;
}

export function readStopNotice(body: unknown): StopNotice {
  requireShape(
    body,
    'a notice of a stop',
    (value): value is StopNotice => isTargetNotice(value) && isCount(record(value)['skipped']),
  );
  return body;
}

export function readPolicyPush(body: unknown): PolicyPush {
  requireShape(body, 'a policy push', (value): value is PolicyPush => {
    const { files, findings } = record(value);
    return isFiles(files) && (findings === undefined || isListOf(findings, isFinding));
  });
  return body;
}

export function readDeliveryRequest(body: unknown): DeliveryRequest {
  requireShape(body, 'an order about deliveries', (value): value is DeliveryRequest => {
    const { kind, sink, sequences, by, reason, done } = record(value);
    const isRetry = kind === 'retry';
    return (
      (isRetry || kind === 'drop' || kind === 'drop-sink') &&
      isNonEmptyText(sink) &&
      isNonEmptyText(by) &&
      (sequences === null || (kind !== 'drop-sink' && isSequences(sequences))) &&
      (isNonEmptyText(reason) || (reason === null && isRetry)) &&
      Number.isSafeInteger(done)
    );
  });
  return body;
}

export function readAdmission(body: unknown): Admission {
  requireShape(body, 'an admission', (value): value is Admission => {
    const { id, flow, key, subject, group, deadline, body: pushed } = record(value);
    return (
      [id, flow, key].every(isNonEmptyText) &&
      [subject, group].every(isText) &&
      Number.isFinite(deadline) &&
      pushed !== undefined
    );
  });
  return body;
}

/** What the gateway pushes when somebody has answered. */
export function readAnswer(body: unknown): { readonly correlationId: string; readonly answer: unknown } {
  requireShape(body, 'an answer', (value): value is { correlationId: string; answer: unknown } => {
    const { correlationId, answer } = record(value);
    return isNonEmptyText(correlationId) && answer !== undefined;
  });
  return body;
}

/** What somebody orders about a dead letter. */
export function readLetterRequest(body: unknown): LetterRequest {
  requireShape(body, 'an order about a dead letter', (value): value is LetterRequest => {
    const { kind, letter, by, reason } = record(value);
    return (
      (kind === 'retry' || (kind === 'drop' && isNonEmptyText(reason))) &&
      isPositive(letter) &&
      isText(by) &&
      (reason === null || isText(reason))
    );
  });
  return body;
}

/** What the services push when a deadline has passed. */
export function readExpiry(body: unknown): { readonly correlationId: string } {
  requireShape(body, 'an expiry', (value): value is { correlationId: string } =>
    isNonEmptyText(record(value)['correlationId']),
  );
  return body;
}

export function readPolicyChange(body: unknown): PolicyChange {
  requireShape(body, 'a policy change', (value): value is PolicyChange => {
    const { set, files, changes } = record(value);
    return (
      isStamp(set) &&
      isListOf(record(set)['targets'], isTarget) &&
      isFiles(files) &&
      isListOf(changes, isDiff)
    );
  });
  return body;
}

function requireShape<T>(body: unknown, what: string, is: (value: unknown) => value is T): asserts body is T {
  if (is(body)) return;
  const fields = Object.keys(record(body));
  const has =
    fields.length > 0 ? `has ${fields.slice(0, 8).join(', ')}` : `is ${JSON.stringify(body)?.slice(0, 40)}`;
  throw new PolarError('body.not-data', `The body is not ${what}: it ${has}.`, {
    hint: 'Let the services push it: ask with pzm observe, or change a policy file.',
  });
}

function isTick(value: unknown): value is Tick {
  const { target, policy, serial, due, skipped } = record(value);
  return (
    isTarget(target) &&
    isStamp(policy) &&
    Number.isSafeInteger(serial) &&
    (due === null || Number.isFinite(due)) &&
    isCount(skipped)
  );
}

function isTargetNotice(value: unknown): value is TargetNotice {
  const { target, policy, serial, time } = record(value);
  return isTarget(target) && isStamp(policy) && Number.isSafeInteger(serial) && Number.isFinite(time);
}

function isTarget(value: unknown): boolean {
  const { name, kind, domain, everyMs, timeoutMs, confirm, settings, expectations, labels } = record(value);
  return (
    isText(name) &&
    isText(kind) &&
    isText(domain) &&
    isPositive(everyMs) &&
    isPositive(timeoutMs) &&
    isPositive(confirm) &&
    isRecord(settings) &&
    isRecord(labels) &&
    isListOf(expectations, (one) => isText(record(one)['fact']) && isText(record(one)['operator']))
  );
}

function isSequences(value: unknown): boolean {
  const isOne = (one: unknown) => Number.isSafeInteger(one) && isPositive(one);
  return isListOf(value, isOne) && (value as unknown[]).length <= mostSequences;
}

function isObservation(value: unknown): boolean {
  const { outcome, facts, measures, resource, time } = record(value);
  const { kind, reason, detail } = record(outcome);
  return (
    (kind === 'observed' || (kind === 'unreachable' && isText(reason) && isText(detail))) &&
    isFacts(facts) &&
    isFacts(measures) &&
    isText(resource) &&
    Number.isFinite(time)
  );
}

function isFacts(value: unknown): boolean {
  return (
    isRecord(value) && Object.values(value).every((fact) => fact === null || scalarTypes.has(typeof fact))
  );
}

const scalarTypes: ReadonlySet<string> = new Set(['string', 'number', 'boolean']);

function isStamp(value: unknown): boolean {
  return isText(record(value)['revision']) && isText(record(value)['hash']);
}

function isFiles(value: unknown): boolean {
  return isListOf(value, (file) => isText(record(file)['name']) && isText(record(file)['text']));
}

function isFinding(value: unknown): boolean {
  const { file, line, column, severity, code, message } = record(value);
  return [file, severity, code, message].every(isText) && isPositive(line) && isPositive(column);
}

function isDiff(value: unknown): boolean {
  const { kind, added, changed, retired } = record(value);
  return isText(kind) && [added, changed, retired].every((names) => isListOf(names, isText));
}

function isListOf(value: unknown, is: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(is);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Nothing has fields but a record. */
function record(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isNonEmptyText(value: unknown): boolean {
  return isText(value) && value !== '';
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isPositive(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
}

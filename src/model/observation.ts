/** A fact or measure: one JSON scalar. */
export type Scalar = string | number | boolean | null;

/** Named values, flat: `{ status: 200, version: '1.4.0', 'GET /orders': '9f2c…' }`. */
export type Facts = Readonly<Record<string, Scalar>>;

/** Why nothing could be observed. */
export type UnreachableReason =
  | 'timeout'
  | 'refused'
  | 'unresolvable'
  | 'reset'
  | 'tls'
  | 'too-many-redirects'
  | 'too-large'
  | 'protocol'
  | 'unreadable';

export type Outcome =
  | { readonly kind: 'observed' }
  | { readonly kind: 'unreachable'; readonly reason: UnreachableReason; readonly detail: string };

/** What an observer brings back from one look at a target. */
export interface Observation {
  readonly outcome: Outcome;
  /** What is true; a difference is a change. Empty when unreachable. */
  readonly facts: Facts;
  /** What varies (latency in `latency_ms`, sizes); never a change by itself. */
  readonly measures: Facts;
  /** Canonical URI of what was observed. */
  readonly resource: string;
  /** When it was made, ms since the epoch. */
  readonly time: number;
}

export type VerdictState = 'ok' | 'violated' | 'unreachable';

/** An expectation that did not hold. */
export interface Failure {
  readonly fact: string;
  /** As written after the `=`: `200`, `> 21`. */
  readonly expected: string;
  readonly actual: Scalar | undefined;
}

export interface Verdict {
  readonly state: VerdictState;
  readonly failures: readonly Failure[];
}

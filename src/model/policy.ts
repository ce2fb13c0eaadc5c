import type { Scalar } from './observation.ts';

export type ComparisonOperator = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** What must hold of one value. */
export type Condition =
  | { readonly operator: ComparisonOperator; readonly value: Scalar }
  | { readonly operator: 'in' | 'not in'; readonly values: readonly Scalar[] }
  /** See like.ts. */
  | { readonly operator: 'like' | 'not like'; readonly pattern: string }
  | { readonly operator: 'exists' | 'absent' };
export type Operator = Condition['operator'];

/** `expect.<fact> = [op] value`. Values are in the unit that the fact's name ends in. */
export type Expectation = Condition & {
  readonly fact: string;
  /** As written, for people. */
  readonly text: string;
};

/** Due times by the calendar. */
export interface CronSchedule {
  /** Five fields, apart by single spaces. */
  readonly expression: string;
  /** IANA name. */
  readonly timezone: string;
}

/** One thing to observe, with everything an observer and a State Manager need: data only, it travels in ticks. */
export interface Target {
  /** `observer:domain`, e.g. `http:payments-api`. */
  readonly name: string;
  /** The observer's kind, e.g. `http`. */
  readonly kind: string;
  readonly domain: string;
  /** With `cron`, the mean interval. */
  readonly everyMs: number;
  /** Undefined for a target that is due at an interval. */
  readonly cron: CronSchedule | undefined;
  readonly timeoutMs: number;
  /** The part of the interval that targets are spread over; 0 for all of it. */
  readonly jitterMs: number;
  /** Observations in a row that must say the same before a change is believed; at least 1. */
  readonly confirm: number;
  /** An observation older than this is an event of its own; undefined when none is. */
  readonly maxAgeMs: number | undefined;
  /** How long a period of looking is before it is attested. */
  readonly attestMs: number;
  /** The host or resource that is being asked, so that limits hold over all workers. */
  readonly group: string;
  /** The observer's own settings, as its spec reads them (`url`, `headers`, …). */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly expectations: readonly Expectation[];
  readonly because: string | undefined;
  readonly owner: string | undefined;
  readonly severity: string | undefined;
  readonly runbook: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

/** Which set something was done under. */
export interface PolicyStamp {
  /** The first characters of `hash`, for people. */
  readonly revision: string;
  /** SHA-256 over names and texts, hex. */
  readonly hash: string;
}

/** One file of a policy set as it was read. */
export interface PolicyFile {
  readonly name: string;
  readonly text: string;
}

/** A whole set that holds at one time. */
export interface PolicySet extends PolicyStamp {
  readonly targets: readonly Target[];
}

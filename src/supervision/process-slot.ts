/** What is known of one supervised process beside its state in the restart policy. */
import { codeOf, type ErrorCode, errorCodes, PolarError } from '../model/errors.ts';
import type { StartFailure } from './channel.ts';
import type { ChildExit, ForkedChild, ForkOptions } from './forked-child.ts';
import type { ChildSpec, SupervisedChild } from './restart-policy.ts';
import type { Vitals } from './vitals.ts';

export interface ProcessSpec extends ChildSpec, ForkOptions {
  readonly role: string;
  /** From its configuration on; 10 s unless given. */
  readonly readyWithinMs?: number;
  /** 10 s unless given. */
  readonly drainWithinMs?: number;
}

export interface Incarnation {
  readonly name: string;
  readonly role: string;
  /** Rises with every fork of this child, from 1. */
  readonly incarnation: number;
  readonly pid: number | undefined;
}

export type ProcessState = 'starting' | 'ready' | 'restarting' | 'draining' | 'down';

export interface ProcessSnapshot {
  readonly name: string;
  readonly role: string;
  readonly pid: number | undefined;
  readonly state: ProcessState;
  readonly restarts: number;
  readonly incarnation: number;
  /** `at` in ms since the epoch; `backInMs` once its successor was ready. */
  readonly lastExit?: ChildExit & { readonly at: number; readonly backInMs: number | undefined };
  /** Why its present start goes wrong. */
  readonly startFailure?: StartFailure;
  readonly stats: unknown;
  /** Undefined before its first pong. */
  readonly vitals: Vitals | undefined;
}

export interface Slot {
  readonly spec: ProcessSpec;
  /** The present incarnation, until its exit is seen. */
  fork: ForkedChild | undefined;
  incarnation: number;
  /** Of one of the same name that was removed; no life is ever counted twice. */
  readonly livesBefore: number;
  /** It is to be forgotten when it has ended. */
  isRemoved: boolean;
  isConfigured: boolean;
  isReady: boolean;
  backOffTimer: NodeJS.Timeout | undefined;
  failure: StartFailure | undefined;
  lastExit: (ChildExit & { readonly at: number; backInMs: number | undefined }) | undefined;
  /** Of the last exit, by the monotonic clock. */
  exitedAtMs: number;
}

export function createSlot(spec: ProcessSpec, livesBefore = 0): Slot {
  return {
    spec,
    fork: undefined,
    incarnation: livesBefore,
    livesBefore,
    isRemoved: false,
    isConfigured: false,
    isReady: false,
    backOffTimer: undefined,
    failure: undefined,
    lastExit: undefined,
    exitedAtMs: 0,
  };
}

export function incarnationOf({ spec, incarnation }: Slot, pid: number | undefined): Incarnation {
  return { name: spec.name, role: spec.role, incarnation, pid };
}

export function snapshotOf(slot: Slot, child: SupervisedChild | undefined): ProcessSnapshot {
  return {
    name: slot.spec.name,
    role: slot.spec.role,
    pid: slot.fork?.pid,
    state: stateOf(slot, child),
    restarts: Math.max(0, slot.incarnation - slot.livesBefore - 1),
    incarnation: slot.incarnation,
    ...(slot.lastExit && { lastExit: { ...slot.lastExit } }),
    ...(slot.failure && { startFailure: slot.failure }),
    stats: slot.fork?.stats,
    vitals: slot.fork?.vitals,
  };
}

function stateOf(slot: Slot, child: SupervisedChild | undefined): ProcessState {
  // A temporary child that ended has been forgotten by the policy.
  if (!child || (child.phase === 'down' && child.goal === 'down')) return 'down';
  if (child.phase === 'up') return 'ready';
  if (child.phase === 'stopping') return 'draining';
  return slot.lastExit ? 'restarting' : 'starting';
}

/**
 * A failure with a code that is not to be retried would come back with every restart: the policy hears `fatal`.
 * One without a code is a crash like any other.
 */
export function howItEnded({ failure }: Slot, { code }: ChildExit): 'normal' | 'abnormal' | 'fatal' {
  const failed = codeOf(failure);
  if (failed && errorCodes[failed].disposition !== 'retry') return 'fatal';
  return code === 0 ? 'normal' : 'abnormal';
}

/** What only the system can say of an end: undefined where it says nothing. */
export function failureBy({ signal }: ChildExit, name: string): StartFailure | undefined {
  if (signal !== 'SIGBUS') return undefined;
  return {
    code: 'io.failed',
    message: `${name} cannot read a file of the journal (SIGBUS): it was cut short, or the disk is full or fails.`,
    hint: 'Make room, or put back the folder of data from a copy; nothing was written to it.',
  };
}

/** The error of a supervisor that gives up: what its last child said, when it said something. */
export function escalationOf(detail: string, failure: StartFailure | undefined): PolarError {
  const code: ErrorCode = codeOf(failure) ?? 'node.start-failed';
  const message = codeOf(failure) ? failure?.message : failure ? `${detail}: ${failure.message}` : detail;
  const { hint } = failure ?? {};
  return new PolarError(code, message ?? detail, hint === undefined ? {} : { hint });
}

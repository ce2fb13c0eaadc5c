import { type ActionContext, endOfFlow, type TaskInfo } from '../actors/component.ts';
import type { Envelope } from '../model/envelope.ts';
import { PolarError } from '../model/errors.ts';
import { pendingSource } from '../model/run.ts';
import type { Emission } from './run.ts';
import type { RunStates } from './states.ts';

/** A task without a deadline of its own is given this long for each step. */
const stepLimitMs = 60_000;
/** After its signal has aborted, a method has this long to end by itself. */
const graceMs = 1000;

export interface CallContext {
  readonly context: ActionContext;
  readonly emissions: readonly Emission[];
  /**
   * Settles with the promise, or with `action.timeout` when a method ignores its signal. Nobody can stop such a
   * method: it goes on behind the worker's back, and what it returns is thrown away.
   */
  withinDeadline<T>(promise: Promise<T>): Promise<T>;
  /** Ends the timers. */
  end(): void;
}

/** What a method is given. The signal and its timer exist only for methods that look at it. */
export function createCallContext(task: Envelope, node: string, states: RunStates, now: number): CallContext {
  const emissions: Emission[] = [];
  let abort: AbortController | undefined;
  const timers: NodeJS.Timeout[] = [];
  const leftMs = task.deadline > 0 ? Math.max(0, task.deadline - now) : stepLimitMs;
  const context: ActionContext = {
    task: infoOf(task),
    node,
    get signal() {
      if (!abort) {
        const controller = new AbortController();
        abort = controller;
        timers.push(setTimeout(() => controller.abort(overdue(leftMs)), leftMs));
      }
      return abort.signal;
    },
    state: {
      read: (actor, key = task.key) => states.read(actor, key),
      write: (actor, value, key = task.key) => states.write(actor, key, value),
    },
    end: endOfFlow,
    emit: ({ body, ...message }) => {
      emissions.push({ ...message, body: Buffer.from(JSON.stringify(body ?? null)) });
    },
  };
  return {
    context,
    emissions,
    withinDeadline: (promise) =>
      new Promise((resolve, reject) => {
        timers.push(setTimeout(() => reject(overdue(leftMs)), leftMs + graceMs));
        promise.then(resolve, reject);
      }),
    end: () => {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

function overdue(leftMs: number): PolarError {
  return new PolarError('action.timeout', `No answer within ${leftMs} ms.`);
}

function infoOf(task: Envelope): TaskInfo {
  const { id, source, number, flow, key, subject, time, deadline, attempt, correlationId, traceparent } =
    task;
  return {
    id,
    source,
    number: source === pendingSource ? undefined : number,
    flow,
    key,
    subject: subject || key,
    time,
    deadline,
    attempt: attempt + 1,
    correlationId,
    traceparent,
  };
}

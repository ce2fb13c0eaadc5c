import {
  type ActionContext,
  type ComponentLog,
  type EmittedMessage,
  type EndOfFlow,
  endOfFlow,
  type StateRows,
  type TaskInfo,
} from '../actors/component.ts';
import type { LetterContext } from '../actors/dead-letters.ts';
import type { ParkingContext } from '../actors/parking.ts';
import type { Envelope } from '../model/envelope.ts';
import { PolarError } from '../model/errors.ts';
import { type DeadLetter, type LetterOrder, type ParkedRow, pendingSource } from '../model/run.ts';
import type { Logger } from '../telemetry/log.ts';
import { type ComponentPlace, createComponentLog } from './component-log.ts';
import { type Emission, nameOf } from './emission.ts';
import { letterOrderOf } from './letters.ts';
import { type Ending, type ParkedReader, parkedNow, type WorkerRun } from './run-state.ts';
import type { RunStates } from './states.ts';

/** A task without a deadline of its own is given this long for each step. */
const stepLimitMs = 60_000;
/** After its signal has aborted, a method has this long to end by itself. */
const graceMs = 1000;
const nothingEmitted: readonly Emission[] = [];
const nothingEnded: readonly Ending[] = [];

/** What is the same for all calls of a worker. */
export interface CallSetting {
  readonly node: string;
  /** The node's. */
  readonly log: Logger;
  /** Wall clock, ms since the epoch. */
  readonly now: () => number;
  /** Of the journal; without it there are none. */
  readonly deadLetter?: (order: number) => DeadLetter | undefined;
}

/** What one call of a method is given. Everything that costs something is made when it is first asked for. */
export class CallContext implements ActionContext, ParkingContext, LetterContext {
  readonly #place: ComponentPlace;
  readonly #envelope: Envelope;
  readonly #states: RunStates;
  readonly #setting: CallSetting;
  #log: ComponentLog | undefined;
  #task: TaskInfo | undefined;
  #rows: StateRows | undefined;
  #abort: AbortController | undefined;
  #timers: NodeJS.Timeout[] | undefined;
  #emissions: Emission[] | undefined;
  #endings: Ending[] | undefined;
  #letters: LetterOrder[] | undefined;
  readonly parked: ParkedReader;
  readonly deadLetter: LetterContext['deadLetter'];

  /** `place` is the step's method. */
  constructor(envelope: Envelope, place: ComponentPlace, run: WorkerRun, setting: CallSetting) {
    this.parked = (correlationId) => parkedNow(run, correlationId);
    // What an earlier task of the run has decided is not yet in the journal.
    this.deadLetter = (order) =>
      run.letterOrders.some((one) => one.order === order) ? undefined : setting.deadLetter?.(order);
    this.#envelope = envelope;
    this.#place = place;
    this.#states = run.states;
    this.#setting = setting;
  }

  get node(): string {
    return this.#setting.node;
  }

  get log(): ComponentLog {
    this.#log ??= createComponentLog(this.#setting.log, this.#place, this.task);
    return this.#log;
  }

  get task(): TaskInfo {
    this.#task ??= infoOf(this.#envelope);
    return this.#task;
  }

  get signal(): AbortSignal {
    if (!this.#abort) {
      const abort = new AbortController();
      const leftMs = this.#leftMs();
      this.#abort = abort;
      this.#after(leftMs, () => abort.abort(overdue(leftMs)));
    }
    return this.#abort.signal;
  }

  get state(): StateRows {
    const states = this.#states;
    const own = this.#envelope.key;
    this.#rows ??= {
      read: (actor, key = own) => states.read(actor, key),
      write: (actor, value, key = own) => states.write(actor, key, value),
    };
    return this.#rows;
  }

  get emissions(): readonly Emission[] {
    return this.#emissions ?? nothingEmitted;
  }

  get endings(): readonly Ending[] {
    return this.#endings ?? nothingEnded;
  }

  get letters(): readonly LetterOrder[] | undefined {
    return this.#letters;
  }

  orderLetter(order: number, letter: DeadLetter, kind: 'retry' | 'drop'): void {
    this.#letters ??= [];
    this.#letters.push(letterOrderOf(order, letter, kind));
  }

  unpark(row: ParkedRow, answer: unknown): void {
    this.#endings ??= [];
    this.#endings.push({ row, answer: Buffer.from(JSON.stringify(answer ?? null)) });
  }

  expire(row: ParkedRow): void {
    this.#endings ??= [];
    this.#endings.push({ row, answer: undefined });
  }

  readonly end = (reason: string): EndOfFlow => endOfFlow(reason);

  readonly emit = ({ body, ...message }: EmittedMessage): void => {
    this.#emissions ??= [];
    this.#emissions.push({ ...message, body: Buffer.from(JSON.stringify(body ?? null)) });
  };

  /**
   * Settles with the promise, or with `action.timeout` when a method ignores its signal. Nobody can stop such a
   * method: it goes on behind the worker's back, and what it returns is thrown away.
   */
  withinDeadline<T>(promise: Promise<T>): Promise<T> {
    const leftMs = this.#leftMs();
    return new Promise((resolve, reject) => {
      this.#after(leftMs + graceMs, () => reject(overdue(leftMs)));
      promise.then(resolve, reject);
    });
  }

  /** Ends the timers. */
  close(): void {
    for (const timer of this.#timers ?? []) clearTimeout(timer);
  }

  #leftMs(): number {
    const { deadline } = this.#envelope;
    return deadline > 0 ? Math.max(0, deadline - this.#setting.now()) : stepLimitMs;
  }

  #after(ms: number, action: () => void): void {
    this.#timers ??= [];
    this.#timers.push(setTimeout(action, ms));
  }
}

function overdue(leftMs: number): PolarError {
  return new PolarError('action.timeout', `No answer within ${leftMs} ms.`);
}

function infoOf(task: Envelope): TaskInfo {
  const { source, key } = task;
  return {
    id: task.id,
    source,
    number: source === pendingSource ? undefined : task.number,
    flow: task.flow,
    key,
    subject: task.subject || key,
    time: task.time,
    deadline: task.deadline,
    attempt: task.attempt + 1,
    // What an answer has to name: the task's own correlation id, or the task.
    correlationId: task.correlationId || nameOf(task),
    traceparent: task.traceparent,
  };
}

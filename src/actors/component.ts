/** The task that a method handles: its envelope without the body. */
export interface TaskInfo {
  readonly id: string;
  readonly source: string;
  /** Rises per key within a numbered source; undefined for an admitted task. */
  readonly number: number | undefined;
  readonly flow: string;
  readonly key: string;
  /** `<node>.<command|event>.<method>.<domain>`. */
  readonly subject: string;
  /** When it came into being, ms since the epoch. */
  readonly time: number;
  /** When it must be handled, ms since the epoch. */
  readonly deadline: number;
  /** Deliveries, not failures: a crash before the receipt still spent one. The first is 1. */
  readonly attempt: number;
  readonly correlationId: string;
  readonly traceparent: string;
}

/**
 * Rows per actor and key. They are read as they were when the run began plus what the run wrote since,
 * and are committed with the run's result or not at all. `key` is the task's own unless given.
 */
export interface StateRows {
  /** The value, or undefined when there is no row. JSON data. */
  read(actor: string, key?: string): unknown;
  write(actor: string, value: unknown, key?: string): void;
}

/** What a method returns to end its flow early; made by `context.end(reason)` only. */
export interface EndOfFlow {
  readonly ended: string;
}

/** A message that a method sends into a flow. */
export interface EmittedMessage {
  /** Unique; made from the task's own when absent. */
  readonly id?: string;
  readonly flow: string;
  /** Routing key: messages of one key are handled in order. */
  readonly key: string;
  readonly subject?: string;
  readonly group?: string;
  /** Ms since the epoch; none when absent. */
  readonly deadline?: number;
  /** JSON data. */
  readonly body: unknown;
}

/** Fields first, then a message that never varies. */
export type ComponentLogLine = (fields: Readonly<Record<string, unknown>>, message: string) => void;

/** Writes to the node's log; each line carries the task's flow, key, subject, id and attempt, and the step's method. */
export interface ComponentLog {
  readonly debug: ComponentLogLine;
  readonly info: ComponentLogLine;
  readonly warn: ComponentLogLine;
  readonly error: ComponentLogLine;
}

/** What a method is given besides the body. */
export interface ActionContext {
  readonly task: TaskInfo;
  readonly node: string;
  /** Aborted at the task's deadline. */
  readonly signal: AbortSignal;
  readonly state: StateRows;
  readonly log: ComponentLog;
  /** Ends the flow here; the task counts as completed and the reason is kept. */
  end(reason: string): EndOfFlow;
  /** Each emitted message becomes a task of its own, durable with this task's end (R8). */
  emit(message: EmittedMessage): void;
}

/**
 * One action: JSON data in, JSON data out, as a value or a promise. What it returns is the next step's body.
 * A throw with a product code goes by that code's disposition; any other is a programming mistake.
 */
export type Method = (body: unknown, context: ActionContext) => unknown;

/** Hands on what it was given. The worker knows it and leaves the body undecoded, so it costs nothing and changes no byte. */
export const passBody: Method = (body) => body;

/** Methods by the name that action mappings use after the dot. */
export type Component = Readonly<Record<string, Method>>;

// Identity, not shape: a body that happens to have a field `ended` must not end a flow.
const ends = new WeakSet<object>();

/** For whoever builds an `ActionContext`; methods call `context.end`. */
export function endOfFlow(reason: string): EndOfFlow {
  const end = Object.freeze({ ended: reason });
  ends.add(end);
  return end;
}

export function isEndOfFlow(returned: unknown): returned is EndOfFlow {
  return typeof returned === 'object' && returned !== null && ends.has(returned);
}

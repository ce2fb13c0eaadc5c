/*
 * The window of a numbered source as a pure state machine (protocol.md): what it has sent and holds no receipt
 * for. Tasks are kept per key in the order of their numbers; a new life of the subject gets them all again.
 */

export interface SourceTask {
  readonly key: string;
  readonly number: number;
  /** The envelope record. */
  readonly record: Buffer;
}

interface KeyWindow {
  tasks: SourceTask[];
  head: number;
}

export interface SourceWindow {
  readonly source: string;
  /** R10: at this many tasks without receipt, or this much of them, the source stops by itself. */
  readonly limit: number;
  readonly limitBytes: number;
  readonly keys: Map<string, KeyWindow>;
  size: number;
  /** Of the records that it holds; the subject holds them too. */
  bytes: number;
}

export const windowLimit = 4096;
export const windowLimitBytes = 64 * 1024 * 1024;

export function createSourceWindow(
  source: string,
  limit = windowLimit,
  limitBytes = windowLimitBytes,
): SourceWindow {
  return { source, limit, limitBytes, keys: new Map(), size: 0, bytes: 0 };
}

export function hasRoom(window: SourceWindow): boolean {
  return roomOf(window) > 0;
}

/** How many tasks more: whoever has several to send asks once. */
export function roomOf({ size, limit, bytes, limitBytes }: SourceWindow): number {
  return bytes < limitBytes ? Math.max(0, limit - size) : 0;
}

/**
 * Takes a task that is about to be sent.
 * @throws Error when the window is full or the number does not rise: both are mistakes of the caller.
 */
export function hold(window: SourceWindow, task: SourceTask): void {
  if (window.size >= window.limit) throw new Error(`The window of ${window.source} is full.`);
  let key = window.keys.get(task.key);
  if (!key) {
    key = { tasks: [], head: 0 };
    window.keys.set(task.key, key);
  }
  const last = key.tasks.at(-1);
  if (last && task.number <= last.number) throw new Error(`Numbers of ${task.key} must rise.`);
  key.tasks.push(task);
  window.size++;
  window.bytes += task.record.length;
}

/** Lets go of everything that is settled; returns how many tasks that were. */
export function settleUpTo(window: SourceWindow, keyName: string, last: number): number {
  const key = window.keys.get(keyName);
  if (!key) return 0;
  const before = key.head;
  for (let task = key.tasks[key.head]; task && task.number <= last; task = key.tasks[key.head]) {
    window.bytes -= task.record.length;
    key.head++;
  }
  const settled = key.head - before;
  window.size -= settled;
  if (key.head === key.tasks.length) window.keys.delete(keyName);
  else if (key.head > 256) {
    key.tasks = key.tasks.slice(key.head);
    key.head = 0;
  }
  return settled;
}

/** Everything without receipt, per key in order: what a new life of the subject is sent before anything new. */
export function* unsettled(window: SourceWindow): Generator<SourceTask> {
  for (const key of window.keys.values()) yield* key.tasks.slice(key.head);
}

/** True while a task of the key is without receipt. */
export function isOutstanding(window: SourceWindow, key: string): boolean {
  return window.keys.has(key);
}

/** The tasks that are pushed while a fault is injected: known one by one, so that each can be accounted for. */

export type Kind = 'count' | 'slow' | 'flaky' | 'broken' | 'family' | 'asking' | 'fatal';

export interface KnownTask {
  readonly id: string;
  readonly kind: Kind;
  readonly flow: string;
  readonly key: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** The task whose answer this is. */
  readonly answers?: string;
}

export interface Expected {
  readonly outcome: 'completed' | 'ended' | 'dead-lettered';
  /** Events of the journal that carry its id. */
  readonly records: 0 | 1;
}

/** A key and its tasks, in the order in which they are pushed: each only when the one before it is accepted. */
export interface Lane {
  readonly key: string;
  readonly tasks: Iterable<KnownTask>;
}

export interface SetOptions {
  /** Begins every id; unique per set. */
  readonly name: string;
  readonly lanes: number;
  readonly kinds: readonly Kind[];
  /** How long a slow one takes. */
  readonly restMs?: number;
}

export const mixed: readonly Kind[] = [
  'count',
  'slow',
  'family',
  'asking',
  'flaky',
  'slow',
  'broken',
  'count',
];
export const slowOnes: readonly Kind[] = [
  'slow',
  'slow',
  'asking',
  'slow',
  'family',
  'slow',
  'count',
  'slow',
];

const flowOf = {
  count: 'Count',
  slow: 'Slow',
  flaky: 'Flaky',
  broken: 'Broken',
  family: 'Family',
  asking: 'Asking',
  fatal: 'Fatal',
} as const satisfies Record<Kind, string>;

/** Rising over all sets: later tasks of a key have higher numbers. */
let serial = 0;

/** A set without an end: the kinds again and again. */
export function createEndlessSet({ name, lanes, kinds, restMs = 20 }: SetOptions): Lane[] {
  return Array.from({ length: lanes }, (_, lane) => {
    const key = keyOf(lane);
    return {
      key,
      tasks: endless((index) =>
        taskOf(`${name}-${lane}-${index}`, key, kinds[index % kinds.length]!, restMs),
      ),
    };
  });
}

function* endless(taskAt: (index: number) => KnownTask): Generator<KnownTask> {
  for (let index = 0; ; index++) yield taskAt(index);
}

export function createSet({ name, lanes, kinds, restMs = 120 }: SetOptions): Lane[] {
  return Array.from({ length: lanes }, (_, lane) => {
    const key = keyOf(lane);
    return { key, tasks: kinds.map((kind, index) => taskOf(`${name}-${lane}-${index}`, key, kind, restMs)) };
  });
}

const keyOf = (lane: number) => `anna.command.push.lane-${lane}`;

function taskOf(id: string, key: string, kind: Kind, restMs: number): KnownTask {
  const body = { id, kind, n: ++serial, restMs, children: childrenOf({ id, kind }) };
  return { id, kind, flow: flowOf[kind], key, body };
}

/** Ids of the tasks that it emits. */
export function childrenOf({ id, kind }: Pick<KnownTask, 'id' | 'kind'>): readonly string[] {
  return kind === 'family' ? [`${id}.left`, `${id}.right`] : [];
}

export function answerTo(task: KnownTask): KnownTask {
  const { id, key } = task;
  return { id: `${id}.answer`, kind: 'count', flow: 'Asking', key, body: { by: 'anna' }, answers: id };
}

/** What must have become of everything that was accepted, by id. */
export function expectationsOf(accepted: Iterable<KnownTask>): Map<string, Expected> {
  const expected = new Map<string, Expected>();
  for (const task of accepted) {
    expected.set(task.id, expectationOf(task));
    for (const child of childrenOf(task)) expected.set(child, { outcome: 'completed', records: 1 });
  }
  return expected;
}

function expectationOf({ kind, answers }: KnownTask): Expected {
  if (answers !== undefined) return { outcome: 'ended', records: 0 };
  return kind === 'broken' ? { outcome: 'dead-lettered', records: 0 } : { outcome: 'completed', records: 1 };
}

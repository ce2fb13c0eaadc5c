import type { Target } from '../model/policy.ts';
import { formatSubjectName } from '../model/subject-name.ts';
import type { Tasking } from '../model/tasking.ts';
import type { Tick } from '../model/tick.ts';

/** What all ticks of a target have in common while one tasking holds. */
export interface TickTemplate {
  /** The target's subject name: `<node>.event.<kind>.<domain>`. */
  readonly key: string;
  readonly group: string;
  readonly timeoutMs: number;
  /** The body up to its moving parts. */
  readonly opening: Buffer;
}

/** What a task for the flow ObserveTarget is made of. */
export interface TickTask {
  readonly key: string;
  readonly group: string;
  /** Ms since the epoch. */
  readonly deadline: number;
  /** A `Tick` as JSON text. */
  readonly body: Buffer;
}

/** The flow that a tick goes through. */
export const observeFlow = 'ObserveTarget';

// A tick may wait for room in its group, and for a worker that is being restarted: with one slow host behind a
// hundred targets that is minutes. What no longer waits is the observation itself, which has its own timeout.
const queueingMs = 600_000;

export function createTickTemplate(
  node: string,
  target: Target,
  tasking: Omit<Tasking, 'targets'>,
): TickTemplate {
  const { kind, domain, group, timeoutMs } = target;
  const { revision, hash, serial } = tasking;
  const head = JSON.stringify({ target, policy: { revision, hash }, serial } satisfies Partial<Tick>);
  return {
    key: formatSubjectName({ node, kind: 'event', method: kind, domain }),
    group,
    timeoutMs,
    opening: Buffer.from(`${head.slice(0, -1)},"due":`),
  };
}

export function fillTick(
  { key, group, timeoutMs, opening }: TickTemplate,
  { due, skipped }: Pick<Tick, 'due' | 'skipped'>,
  nowMs: number,
): TickTask {
  const body = Buffer.concat([opening, Buffer.from(`${due},"skipped":${skipped}}`)]);
  return { key, group, deadline: nowMs + timeoutMs + queueingMs, body };
}

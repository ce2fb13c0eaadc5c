import { targetKeyOf } from '../model/actor-names.ts';
import type { StopNotice } from '../model/node-life.ts';
import type { Tasking } from '../model/tasking.ts';
import { createTraceparent } from '../telemetry/trace.ts';
import type { Source } from './source.ts';

export const closingSource = 'closing';
export const stopFlow = 'StopTarget';

const lookAgainMs = 10;

/**
 * The services' last act: the State Manager is told of every target that the node looks at it no more, so that its
 * period ends with the node. Resolves when all is told and settled, with what that led to, or when `signal` aborts: then
 * the next life closes what is open, as of the last look that it knows of.
 */
export async function tellStop(options: {
  readonly source: Pick<Source, 'hasRoom' | 'send' | 'size'>;
  readonly node: string;
  readonly tasking: Tasking;
  /** See `StopNotice`. */
  readonly skipped: (key: string) => number;
  readonly markOf: (key: string) => number | undefined;
  /** How many tasks wait in the journal. */
  readonly pending: () => number;
  readonly now: number;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { source, node, tasking, skipped, markOf, pending, now, signal } = options;
  const { targets, revision, hash, serial } = tasking;
  const pendingBefore = pending();
  for (const target of targets) {
    // R10: the source stops by itself.
    await until(() => source.hasRoom(), signal);
    if (signal.aborted) return;
    const key = targetKeyOf(node, target);
    const notice: StopNotice = {
      target,
      policy: { revision, hash },
      serial,
      time: now,
      skipped: skipped(key),
    };
    source.send({
      flow: stopFlow,
      // The target's own: behind the look that is under way.
      key,
      // The clock may have been set back; numbers rise all the same.
      number: Math.max(now, (markOf(key) ?? 0) + 1),
      group: '',
      deadline: 0,
      policy: hash,
      traceparent: createTraceparent(),
      id: '',
      body: Buffer.from(JSON.stringify(notice)),
    });
  }
  await until(() => source.size() === 0, signal);
  // Some periods are told by tasks of their own.
  await until(() => pending() <= pendingBefore, signal);
}

async function until(holds: () => boolean, signal: AbortSignal): Promise<void> {
  while (!holds() && !signal.aborted) await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
}

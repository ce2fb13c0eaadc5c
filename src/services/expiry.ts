import type { ParkedRow } from '../model/run.ts';
import { createTraceparent } from '../telemetry/trace.ts';
import type { Source } from './source.ts';

export const expirySource = 'expiry';

/** How many overdue tasks are looked at at once; the others are found the next time. */
const atOnce = 256;

/**
 * Pushes every task that has waited past its deadline through the flow Expire. An answer may be faster even then:
 * both settle the same row, and the first to be committed wins (R8).
 */
export function pushOverdue(options: {
  readonly source: Source;
  readonly overdue: (time: number, most: number) => readonly ParkedRow[];
  readonly markOf: (key: string) => number | undefined;
  readonly now: number;
}): void {
  const { source, overdue, markOf, now } = options;
  for (const { correlationId, key } of overdue(now, atOnce)) {
    // One at a time per key: the next look finds the others.
    if (!source.hasRoom() || source.isOutstanding(key)) continue;
    source.send({
      flow: 'Expire',
      key,
      number: Math.max(now, (markOf(key) ?? 0) + 1),
      group: '',
      deadline: 0,
      policy: '',
      traceparent: createTraceparent(),
      id: '',
      body: Buffer.from(JSON.stringify({ correlationId })),
    });
  }
}

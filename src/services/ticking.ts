import { createWake } from '../journal/wake.ts';
import type { Tasking } from '../model/tasking.ts';
import { loadCronTimes } from '../schedule/cron-times.ts';
import { createTraceparent } from '../telemetry/trace.ts';
import { createSchedule, nextDueAt, setTasking, skippedOf, takeDue } from './scheduler.ts';
import type { Source } from './source.ts';
import { observeFlow } from './tick-template.ts';

/** The schedule on the wall clock: sends each tick when it is due. */
export interface Ticking {
  /** In force when it resolves, or another one is. */
  follow(tasking: Tasking): Promise<void>;
  /** Of the last tasking. */
  targets(): number;
  sent(): number;
  /** See `skippedOf`. */
  skipped(key: string): number;
  /** Sends no more ticks. */
  stop(): void;
}

/** A tick that the clock's being set forward or a suspended machine has made due is found within this. */
const lookEveryMs = 1000;
const whenFullMs = 20;

export function startTicking(
  node: string,
  source: Source,
  markOf: (key: string) => number | undefined,
): Ticking {
  const schedule = createSchedule(node);
  const wake = createWake();
  let wanted: Tasking | undefined;
  let calendar: ReturnType<typeof loadCronTimes> | undefined;
  let sent = 0;
  let isStopped = false;
  const sendDue = (now: number) => {
    // Ticks that find no room stay due: the source stops by itself (R10).
    for (const tick of takeDue(schedule, now, source.isOutstanding, source.room())) {
      sent++;
      source.send({ ...tick, flow: observeFlow, id: '', policy: '', traceparent: createTraceparent() });
    }
  };
  const run = async () => {
    while (!isStopped) {
      const now = Date.now();
      sendDue(now);
      // With a full window what is due stays due: nothing to do before receipts come.
      const untilNextMs = source.hasRoom()
        ? (nextDueAt(schedule) ?? Number.POSITIVE_INFINITY) - now
        : whenFullMs;
      await wake.wait(Math.min(lookEveryMs, Math.max(1, untilNextMs)));
    }
  };
  void run();
  return {
    async follow(tasking) {
      wanted = tasking;
      if (tasking.targets.some(({ cron }) => cron)) calendar ??= loadCronTimes();
      const cronTimes = await calendar;
      // Another may have come while the calendar was loaded.
      if (wanted !== tasking) return;
      setTasking(schedule, tasking, markOf, Date.now(), cronTimes);
      wake.ring();
    },
    targets: () => wanted?.targets.length ?? 0,
    sent: () => sent,
    skipped: (key) => skippedOf(schedule, key),
    stop() {
      isStopped = true;
      wake.ring();
    },
  };
}

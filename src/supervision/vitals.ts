import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How a process is, whatever it does: the same for all of them. */
export interface Vitals {
  readonly residentBytes: number;
  readonly heapUsedBytes: number;
  /** Processor time since it began. */
  readonly cpuMs: number;
  /** Since it began, by the monotonic clock: what it counts divided by this is a rate. Missing in what an older version says. */
  readonly uptimeMs?: number;
  /** The longest time that the event loop was late since the reading before. */
  readonly loopDelayMs: number;
}

// Twenty looks a second are not seen among the costs of a process, and find what stands still for longer than this.
const resolutionMs = 50;

/** Watches the present process; each reading begins a new period of `loopDelayMs`. */
export function watchVitals(): () => Vitals {
  const delays = monitorEventLoopDelay({ resolution: resolutionMs });
  delays.enable();
  return () => {
    const { rss, heapUsed } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    // The histogram holds the time between two looks.
    const loopDelayMs = delays.count === 0 ? 0 : Math.max(0, delays.max / 1e6 - resolutionMs);
    delays.reset();
    const cpuMs = (user + system) / 1000;
    return {
      ...{ residentBytes: rss, heapUsedBytes: heapUsed, cpuMs },
      ...{ uptimeMs: performance.now(), loopDelayMs },
    };
  };
}

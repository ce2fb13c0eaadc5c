import { cpus } from 'node:os';

/*
 * Whoever watches a pipeline that has all processors busy takes from it what he takes, whatever his priority: caches and
 * the two halves of a core are shared. So while others use more than three quarters of the processors, a tap takes no more
 * than a twentieth of one. What it is behind with then lies in the journal.
 */

export interface Pace {
  /** How long to rest now, for what was done since the last time that this was asked; 0 mostly. */
  restMs(): number;
}

/** The clocks that it goes by; all in ms since some moment. */
export interface PaceClocks {
  /** Monotonic. */
  nowMs(): number;
  /** Of processors' time, what this process has taken. */
  ownMs(): number;
  /** What all processes have taken, and of how many processors. Dear: asked now and then. */
  all(): { readonly busyMs: number; readonly processors: number };
}

const busyShare = 3 / 4;
/** Of one processor. */
const ownShare = 1 / 20;
const lookEveryMs = 100;
/** May be used at once, so that what comes alone is shown at once. */
const mostSavedMs = 20;

export function createPace(clocks: PaceClocks = thisMachine): Pace {
  let looked = { at: clocks.nowMs(), ownMs: clocks.ownMs(), busyMs: clocks.all().busyMs };
  let { at, ownMs: usedMs } = looked;
  let savedMs = mostSavedMs;
  let isBusy = false;
  const look = (now: number, own: number) => {
    const { busyMs, processors } = clocks.all();
    const othersMs = busyMs - looked.busyMs - (own - looked.ownMs);
    isBusy = othersMs > busyShare * processors * (now - looked.at);
    looked = { at: now, ownMs: own, busyMs };
  };
  return {
    restMs() {
      const now = clocks.nowMs();
      const own = clocks.ownMs();
      if (now - looked.at >= lookEveryMs) look(now, own);
      savedMs = Math.min(mostSavedMs, savedMs + ownShare * (now - at)) - (own - usedMs);
      [at, usedMs] = [now, own];
      if (!isBusy) savedMs = Math.max(0, savedMs);
      return savedMs < 0 ? -savedMs / ownShare : 0;
    },
  };
}

const thisMachine: PaceClocks = {
  nowMs: () => performance.now(),
  ownMs() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  all() {
    const each = cpus().map(({ times: { user, nice, sys, irq } }) => user + nice + sys + irq);
    return { busyMs: each.reduce((sum, ms) => sum + ms, 0), processors: each.length };
  },
};

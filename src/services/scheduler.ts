import { createHash } from 'node:crypto';
import type { CronSchedule, Target } from '../model/policy.ts';
import type { Tasking } from '../model/tasking.ts';
import { type Due, heapify, siftDown } from './due-heap.ts';
import { createTickTemplate, fillTick, type TickTask, type TickTemplate } from './tick-template.ts';

/*
 * When each target is observed, as a pure core: no clock, no I/O; changed in place, for it may hold thousands.
 *
 * The due times of a target lie on a grid, `k × every + offset`, or are those of its cron expression. The offset comes from the target's name: targets
 * are spread, and a new life of the scheduler finds the same grid. So one rule serves a fresh start, a restart, a
 * new target and a process that stood still: of all that is due, only the latest tick runs, and only if it is above
 * the last one. A new target is observed at once by it; a tick that the last life has sent already comes again with
 * the number that it had, and the subject knows it; ticks that nobody ran are a gap in the grid, which the State
 * Manager counts.
 */

export interface Schedule {
  readonly node: string;
  entries: ReadonlyMap<string, Entry>;
  heap: Entry[];
}

/** A tick to send. */
export interface ScheduledTick extends TickTask {
  /** Rises per key; the tick's due time in ms, but while the clock is behind (see `numberOf`). */
  readonly number: number;
}

/** When a target is due, ms since the epoch. */
export interface DueTimes {
  /** The last one that is not after; undefined when there is none. */
  latest(nowMs: number): number | undefined;
  /** The first one after; undefined when there is none any more. */
  next(afterMs: number): number | undefined;
}

interface Entry extends Due {
  readonly times: DueTimes;
  readonly template: TickTemplate;
  /** The last due time that was sent or skipped. */
  reachedMs: number;
  /** The last number that was sent. */
  lastNumber: number;
  /** Ticks since the last one sent that were left out, because that one was not settled. */
  skipped: number;
}

export function createSchedule(node: string): Schedule {
  return { node, entries: new Map(), heap: [] };
}

/**
 * Follows a tasking from now on; what stays in it keeps its place.
 * `markOf` is the journal's word: the last settled number of the scheduler under a key.
 */
export function setTasking(
  schedule: Schedule,
  tasking: Tasking,
  markOf: (key: string) => number | undefined,
  nowMs: number,
  cronTimes: (cron: CronSchedule) => DueTimes = noCron,
): void {
  const entries = new Map<string, Entry>();
  for (const target of tasking.targets) {
    const template = createTickTemplate(schedule.node, target, tasking);
    const before = schedule.entries.get(template.key);
    const mark = markOf(template.key) ?? Number.NEGATIVE_INFINITY;
    const times = target.cron ? cronTimes(target.cron) : gridOf(target);
    // Who writes a cron expression means its times, and no other because the target is new.
    const reachedMs = before?.reachedMs ?? (target.cron && mark < 0 ? nowMs : mark);
    entries.set(template.key, {
      times,
      template,
      reachedMs,
      dueMs: firstDue(times, reachedMs, nowMs),
      lastNumber: Math.max(before?.lastNumber ?? mark, mark),
      skipped: before?.skipped ?? 0,
    });
  }
  schedule.entries = entries;
  schedule.heap = [...entries.values()];
  heapify(schedule.heap);
}

/**
 * Takes at most `room` ticks that are due; those for which there is no room stay due.
 * `isOutstanding` tells whether an earlier tick of the key holds no receipt yet: then this one is skipped.
 */
export function takeDue(
  { heap }: Schedule,
  nowMs: number,
  isOutstanding: (key: string) => boolean,
  room = Number.POSITIVE_INFINITY,
): ScheduledTick[] {
  const ticks: ScheduledTick[] = [];
  for (let entry = heap[0]; entry && entry.dueMs <= nowMs && ticks.length < room; entry = heap[0]) {
    const due = entry.times.latest(nowMs) ?? entry.dueMs;
    entry.reachedMs = due;
    entry.dueMs = entry.times.next(due) ?? Number.POSITIVE_INFINITY;
    siftDown(heap);
    if (isOutstanding(entry.template.key)) {
      entry.skipped++;
      continue;
    }
    entry.lastNumber = numberOf(due, entry.lastNumber);
    const task = fillTick(entry.template, { due, skipped: entry.skipped }, nowMs);
    ticks.push({ ...task, number: entry.lastNumber });
    entry.skipped = 0;
  }
  return ticks;
}

/** When `takeDue` has something to do again, ms since the epoch; undefined when nothing is observed. */
export function nextDueAt({ heap }: Schedule): number | undefined {
  return heap[0]?.dueMs;
}

/** Ticks of the key since the last one sent that were left out, because that one was not settled. */
export function skippedOf({ entries }: Schedule, key: string): number {
  return entries.get(key)?.skipped ?? 0;
}

/** `jitter` narrows the part of the interval that targets are spread over. */
function gridOf({ name, everyMs, jitterMs }: Target): DueTimes {
  const spreadMs = jitterMs > 0 ? Math.min(jitterMs, everyMs) : everyMs;
  const offsetMs = createHash('sha256').update(name).digest().readUIntBE(0, 6) % spreadMs;
  const latest = (nowMs: number) => Math.floor((nowMs - offsetMs) / everyMs) * everyMs + offsetMs;
  return { latest, next: (afterMs) => latest(afterMs) + everyMs };
}

function noCron(): never {
  throw new Error('A cron target needs cron times.');
}

function firstDue(times: DueTimes, reachedMs: number, nowMs: number): number {
  const never = Number.POSITIVE_INFINITY;
  const latest = times.latest(nowMs);
  if (latest === undefined) return times.next(nowMs) ?? never;
  // Ahead of the clock means that the clock was set back: what is due goes by the clock, or nobody would look.
  const isReached = latest <= reachedMs && reachedMs <= nowMs;
  return isReached ? (times.next(latest) ?? never) : latest;
}

/** After the clock was set back, numbers count on from the last one until it has caught up: they must rise. */
function numberOf(due: number, last: number): number {
  return Math.max(due, last + 1);
}

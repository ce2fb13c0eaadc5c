import { type Lane, waitingCount } from './lane.ts';
import type { Group, SubjectState } from './subject-state.ts';

/*
 * Who may be leased next: lanes in the order in which they became ready; those that wait for room in their group
 * stand aside in the group's own queue, those in back-off wait for time to pass.
 */

export function enqueue(state: SubjectState, lane: Lane): void {
  if (lane.queued || lane.run || waitingCount(lane) === 0) return;
  if (lane.blockedUntilMs > state.nowMs) {
    state.blocked.add(lane);
    return;
  }
  lane.queued = true;
  state.ready.push(lane);
}

/** Time passes: lanes whose back-off is over may be leased again. Monotonic milliseconds. */
export function passTime(state: SubjectState, nowMs: number): void {
  state.nowMs = nowMs;
  for (const lane of state.blocked) {
    if (lane.blockedUntilMs > nowMs) continue;
    state.blocked.delete(lane);
    enqueue(state, lane);
  }
}

export function groupOf(state: SubjectState, name: string): Group | undefined {
  if (name === '') return undefined;
  let group = state.groups.get(name);
  if (!group) {
    group = { running: 0, waiting: [] };
    state.groups.set(name, group);
  }
  return group;
}

export function releaseGroup(state: SubjectState, name: string): void {
  const group = state.groups.get(name);
  if (!group) return;
  group.running--;
  wakeGroup(state, name);
}

/** Room in a group goes to the lane that has waited longest for it and still has something to run. */
function wakeGroup(state: SubjectState, name: string): void {
  const group = state.groups.get(name);
  if (!group || group.running >= state.options.runsPerGroup) return;
  for (let next = group.waiting.shift(); next; next = group.waiting.shift()) {
    if (!next.run && waitingCount(next) > 0) {
      state.ready.push(next);
      return;
    }
    next.queued = false;
  }
  if (group.running === 0) state.groups.delete(name);
}

/** Drops what was taken from the queue; `later` stands before everything else next time. */
export function compact(state: SubjectState, later: Lane[]): void {
  if (state.readyHead === state.ready.length) {
    state.ready = later;
    state.readyHead = 0;
  } else if (later.length > 0 || state.readyHead > 1024) {
    state.ready = later.concat(state.ready.slice(state.readyHead));
    state.readyHead = 0;
  }
}

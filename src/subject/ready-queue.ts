import { isOwn, type Lane, waitingCount } from './lane.ts';
import type { Group, ReadyQueue, SubjectState } from './subject-state.ts';

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
  queue(state, lane);
}

/** The product's own stand in a queue of their own: what they wait for is not what the others wait for. */
export function queue(state: SubjectState, lane: Lane): void {
  lane.queued = true;
  (isOwn(lane) ? state.readyOwn : state.ready).lanes.push(lane);
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
      queue(state, next);
      return;
    }
    next.queued = false;
  }
  if (group.running === 0) state.groups.delete(name);
}

/** Drops what was taken from the queue; `later` stands before everything else next time. */
export function compact(ready: ReadyQueue, later: Lane[]): void {
  if (ready.head === ready.lanes.length) {
    ready.lanes = later;
    ready.head = 0;
  } else if (later.length > 0 || ready.head > 1024) {
    ready.lanes = later.concat(ready.lanes.slice(ready.head));
    ready.head = 0;
  }
}

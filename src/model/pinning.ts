/*
 * A task that only one worker may run (`@ROUTING_WORKER`) says so in its group: the subject leases it to nobody
 * else, and the worker knows its own by it.
 */
const prefix = 'worker:';

export function pinnedTo(worker: string): string {
  return prefix + worker;
}

/** The worker that a group names; undefined for a group of hosts, or none. */
export function pinnedWorker(group: string): string | undefined {
  return group.startsWith(prefix) ? group.slice(prefix.length) : undefined;
}

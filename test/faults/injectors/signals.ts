import type { Fault } from './fault.ts';

/** No word, no time to write anything. */
export const sigkill: Fault = {
  name: 'SIGKILL',
  leaves: 'another',
  async inject(node, names) {
    // The pids first, so that several die in the same moment.
    const pids = await Promise.all(
      names.map((name) => (name === 'supervisor' ? node.supervisorPid : node.pidOf(name))),
    );
    for (const pid of pids) process.kill(pid, 'SIGKILL');
  },
};

/** Children leave the end to their supervisor, so nothing happens to them; the supervisor drains the node. */
export const sigterm: Fault = {
  name: 'SIGTERM',
  leaves: 'the same',
  async inject(node, names) {
    for (const name of names) await node.signal(name, 'SIGTERM');
  },
};

/** Stands still until the supervisor has had enough of it. */
export const sigstop: Fault = {
  name: 'SIGSTOP past liveness',
  leaves: 'another',
  async inject(node, names) {
    for (const name of names) await node.signal(name, 'SIGSTOP');
  },
};

/** Stands still and goes on before anybody has had enough of it. */
export const pause: Fault = {
  name: 'SIGSTOP and SIGCONT',
  leaves: 'the same',
  async inject(node, names) {
    for (const name of names) await node.signal(name, 'SIGSTOP');
  },
  async lift(node, names) {
    for (const name of names) await node.signal(name, 'SIGCONT');
  },
};

import type { Fault } from './fault.ts';

/* What a process does to itself when it is told to: preload/on-command.mjs. */

const told = (name: string, command: Readonly<Record<string, unknown>>): Fault => ({
  name,
  leaves: 'another',
  async inject(node, names) {
    for (const process of names) await node.command(process, command);
  },
});

export const blocked = told('event loop blocked', { fault: 'block' });
export const exhausted = told('memory exhausted', { fault: 'exhaust' });
export const thrown = told('uncaught exception', { fault: 'throw' });

export const endsInCommit = (['before', 'inside', 'after'] as const).map((at) =>
  told(`exit ${at} a commit`, { fault: 'end-in-commit', at }),
);

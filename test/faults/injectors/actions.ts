import type { Fault } from './fault.ts';

/* Faults that come with the tasks: the component does it, see project/components/work.js. */

const comesWithTasks = async () => {};

/** The worker dies in the middle of a method; the task is run again, by another one. */
export const crashInAction: Fault = {
  name: 'exit in an action',
  leaves: 'the same',
  kinds: ['count', 'fatal', 'slow', 'family', 'count'],
  inject: comesWithTasks,
};

/** What was emitted before is not to be heard of: neither is it lost, nor there twice. */
export const throwAfterEmit: Fault = {
  name: 'exception after an emit',
  leaves: 'the same',
  kinds: ['family', 'family', 'flaky', 'family', 'count'],
  inject: comesWithTasks,
};

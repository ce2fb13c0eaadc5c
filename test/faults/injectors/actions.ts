import type { Fault } from './fault.ts';

/* Faults that come with the tasks: the component does it, see project/components/work.js. */

const comesWithTasks = async () => {};

/** Whichever worker runs it dies in the middle of a method; the task is run again. */
export const crashInAction: Fault = {
  name: 'exit in an action',
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

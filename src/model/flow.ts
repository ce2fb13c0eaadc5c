import { createHash } from 'node:crypto';
import { type ActionKey, formatActionKey } from './action-key.ts';
import type { Finding } from './finding.ts';

/** The product's own files stay in the package; a user's definition of the same name replaces one. */
export type Origin = 'product' | 'user';

/** How a message travels: one section of a flow file. */
export interface Flow {
  readonly name: string;
  readonly origin: Origin;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** 12 hex digits over the steps' texts: comments and places do not change it. */
  readonly revision: string;
  /** The lines that could be read. */
  readonly steps: readonly Step[];
  /** What is wrong with its own lines; with an error among them it does not run. */
  readonly findings: readonly Finding[];
}

export interface Step {
  readonly key: ActionKey;
  readonly text: string;
  readonly kind: StepKind;
  readonly line: number;
  readonly column: number;
}

/**
 * `entry`: where a task comes in; `plain`: a mapped method runs; `publish`: the body is collected; `park`: the task
 * waits for an answer; `spread`: a mapped method runs on every worker; `done`: the flow is complete.
 */
export type StepKind = 'entry' | 'plain' | 'publish' | 'park' | 'spread' | 'done';

const kindsByDecorator: Readonly<Record<string, StepKind>> = {
  PUBLISH: 'publish',
  ASYNC: 'park',
  ROUTING_WORKER: 'spread',
};

export const doneText = '??done';

/** `index` counts the flow's lines from 0: the first is the entry, whatever it says. */
export function kindOfStep(key: ActionKey, index: number): StepKind {
  if (formatActionKey(key) === doneText) return 'done';
  if (index === 0) return 'entry';
  return kindsByDecorator[key.decorator] ?? 'plain';
}

export function revisionOf(steps: readonly Step[]): string {
  const texts = steps.map((step) => step.text).join('\n');
  return createHash('sha256').update(texts).digest('hex').slice(0, 12);
}

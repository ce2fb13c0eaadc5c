import type { Target } from './policy.ts';
import { formatSubjectName } from './subject-name.ts';

/** Under which the managers keep their rows: whoever reads the journal finds them by these. */
export const stateManagerName = 'StateManager';
export const policyManagerName = 'PolicyManager';
export const taskManagerName = 'TaskManager';

/** The key of the tasks that change the policy, and of the rows that they leave. */
export function policyKeyOf(node: string): string {
  return formatSubjectName({ node, kind: 'command', method: 'apply', domain: 'policies' });
}

/** The key of everything that is known of a target. */
export function targetKeyOf(node: string, { kind, domain }: Pick<Target, 'kind' | 'domain'>): string {
  return formatSubjectName({ node, kind: 'event', method: kind, domain });
}

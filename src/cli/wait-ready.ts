import type { Project } from '../config/project.ts';
import { stateManagerName, targetKeyOf } from '../model/actor-names.ts';
import type { TargetState } from '../model/target-state.ts';
import { loadPolicies } from '../policies/load.ts';
import { stampOf } from '../policies/policy-hash.ts';
import type { NodeStatus } from '../topology/node.ts';
import { readinessOf } from '../topology/readiness.ts';
import { countText } from './count-text.ts';
import { rowOf, standingOf, taskingOf, withJournal } from './journal-access.ts';
import { reportTarget, type TargetReport } from './state-report.ts';

/**
 * What "up --wait" still waits for, each a few words: all that /readyz asks for, that the policy files are in force as
 * they lie there, and that each target has been looked at and is not stale. What was found is not asked for; nor are
 * targets of a cron, whose next look may be days away.
 */
export async function missingUntilReady(project: Project, status: NodeStatus): Promise<string[]> {
  const missing = [...readinessOf(status).problems, ...(await policyThatWaits(project, status))];
  return missing.length > 0 ? missing : unseenTargets(project);
}

/** A node begins with the set of its last life, and reads the files when it is up. */
async function policyThatWaits({ policiesDir }: Project, { policy }: NodeStatus): Promise<string[]> {
  if (policy?.refused) return ['the newest policy was refused (pzm check)'];
  const { hash, revision } = stampOf((await loadPolicies(policiesDir)).files);
  return policy?.hash === hash ? [] : [`policy ${revision} is not in force yet`];
}

const named = 3;

async function unseenTargets(project: Project): Promise<string[]> {
  const now = Date.now();
  const reports = await withJournal(project, (reader) => {
    const taskedAt = standingOf(reader, project.node)?.inForce?.since ?? now;
    return (taskingOf(reader, project.node)?.targets ?? [])
      .filter(({ cron }) => cron === undefined)
      .map((target): TargetReport => {
        const row = rowOf(reader, stateManagerName, targetKeyOf(project.node, target));
        return reportTarget(target, row as TargetState | undefined, { now, taskedAt });
      });
  });
  const unseen = reports.filter(({ seenAt, state }) => seenAt === null || state === 'stale');
  const more = unseen.length > named ? [`${countText(unseen.length - named, 'more target')}`] : [];
  return [...unseen.slice(0, named).map(({ name }) => `${name} was not looked at yet`), ...more];
}

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { projectFile } from '../../config/project.ts';
import { hasCode } from '../../model/errors.ts';
import { printable, shorten } from '../../model/facts-text.ts';
import { hasErrors } from '../../model/finding.ts';
import type { PolicySet, Target } from '../../model/policy.ts';
import type { Tasking } from '../../model/tasking.ts';
import type { Call } from '../command.ts';
import { exitCodes, findingLine } from '../failure.ts';
import { taskingOf, withJournal } from '../journal-access.ts';
import { type PolicyPlan, planPolicies, type SettingChange } from '../policy-plan.ts';
import { cadenceText, expectationsText } from '../policy-view.ts';
import { readPolicies } from '../project-files.ts';

export async function run({ args: [path], output, project: load }: Call): Promise<number> {
  const project = load();
  const policiesDir = path === undefined ? project.policiesDir : folderOf(resolve(path));
  const { set, findings } = await readPolicies({ ...project, policiesDir });
  for (const finding of findings) output.note(findingLine(finding, process.cwd()));
  if (!set || hasErrors(findings)) {
    output.show({ after: null, findings }, () => ['it would be refused: what is in force stays']);
    return exitCodes.findings;
  }
  const inForce = await taskingInForce(load);
  const plan = planPolicies(inForce?.targets ?? [], set.targets);
  const before = inForce ? { revision: inForce.revision, hash: inForce.hash } : null;
  const after = { revision: set.revision, hash: set.hash };
  output.show({ before, after, ...plan, findings }, () => planLines(plan, inForce, set));
  return exitCodes.ok;
}

/** A project, or a folder of policy files: those of another branch, say. */
function folderOf(path: string): string {
  return existsSync(join(path, projectFile)) ? join(path, 'policies') : path;
}

/** Undefined where nothing was ever in force. */
async function taskingInForce(load: Call['project']): Promise<Tasking | undefined> {
  const project = load();
  try {
    return await withJournal(project, (reader) => taskingOf(reader, project.node));
  } catch (error) {
    if (hasCode(error, 'journal.missing')) return undefined;
    throw error;
  }
}

function planLines(plan: PolicyPlan, before: Tasking | undefined, after: PolicySet): string[] {
  const { added, changed, retired, unchanged, groups } = plan;
  const counts = `${added.length} added, ${changed.length} changed, ${retired.length} retired, ${unchanged} unchanged`;
  const revision = before
    ? `policy ${before.revision} → ${after.revision}`
    : `policy ${after.revision}, the first`;
  return [
    ...added.map((target) => `+ ${printable(target.name)}  ${targetText(target)}`),
    ...changed.map(({ name, settings }) => `~ ${printable(name)}  ${settings.map(changeText).join('; ')}`),
    ...retired.map((target) => `− ${printable(target.name)}`),
    ...groups
      .filter(({ beforePerSecond, afterPerSecond }) => beforePerSecond !== afterPerSecond)
      .map((group) => {
        const rates = `${rateText(group.beforePerSecond)} → ${rateText(group.afterPerSecond)}`;
        return `  ${printable(group.name)}  ${rates} requests per second`;
      }),
    before?.hash === after.hash
      ? `${counts} · policy ${after.revision} is in force`
      : `${counts} · ${revision}`,
  ];
}

function targetText(target: Target): string {
  const expected = expectationsText(target);
  return `${cadenceText(target)}${expected === '' ? '' : `, expects ${expected}`}`;
}

/** `every 30s → 10s` */
function changeText({ setting, before, after }: SettingChange): string {
  const text = (value: string | null) => (value === null ? 'absent' : shorten(printable(value)));
  return `${printable(setting)} ${text(before)} → ${text(after)}`;
}

function rateText(perSecond: number): string {
  return String(Number(perSecond.toPrecision(2)));
}

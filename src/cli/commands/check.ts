import { existsSync, statSync } from 'node:fs';
import { basename, join, resolve, sep } from 'node:path';
import { projectFile } from '../../config/project.ts';
import { PolarError } from '../../model/errors.ts';
import type { Finding, Severity } from '../../model/finding.ts';
import type { PolicyStamp } from '../../model/policy.ts';
import type { Call } from '../command.ts';
import { countText } from '../count-text.ts';
import { exitCodes, findingLine } from '../failure.ts';
import { standingOf, withJournal } from '../journal-access.ts';
import { type LintedProject, lintProject } from '../project-files.ts';
import { sarifOf } from '../sarif.ts';

export async function run({ args: [path], start, output, version }: Call): Promise<number> {
  const scope = scopeOf(path, start);
  const linted = await output.during('reading the files', () => lintProject(scope.start));
  const findings = linted.findings.filter(({ file }) => isWithin(scope.only, file));
  const files = linted.files.filter((file) => isWithin(scope.only, file));
  const problems = countOf(findings, 'error');
  const inForce = linted.policies ? undefined : await policyInForce(linted);
  const targets = linted.policies?.targets.length;

  const data = {
    files: files.length,
    targets: targets ?? null,
    problems,
    policyInForce: inForce ?? null,
    /** What a node that reads these files goes by. */
    policy: linted.policies ? { revision: linted.policies.revision, hash: linted.policies.hash } : null,
    rules: linted.rules,
    findings,
  };
  const cwd = process.cwd();
  if (output.format === 'sarif') output.lines([JSON.stringify(sarifOf(findings, cwd, version), null, 2)]);
  else output.show(data, () => findings.map((finding) => findingLine(finding, cwd)));
  output.note(summary(files.length, targets, findings, inForce));
  return problems === 0 ? exitCodes.ok : exitCodes.findings;
}

/** A project is checked as a whole; of a path within it only what concerns the path is shown. */
function scopeOf(path: string | undefined, start: string): { start: string; only: string | undefined } {
  if (path === undefined) return { start, only: undefined };
  const only = resolve(path);
  const found = statSync(only, { throwIfNoEntry: false });
  if (!found) {
    throw new PolarError('usage.invalid', `There is no ${only}.`, {
      hint: 'Name a project, or a file of one.',
    });
  }
  const isProject = found.isDirectory()
    ? existsSync(join(only, projectFile))
    : basename(only) === projectFile;
  return isProject ? { start: only, only: undefined } : { start, only };
}

function isWithin(only: string | undefined, file: string): boolean {
  return only === undefined || file === only || file.startsWith(only + sep);
}

/** What goes on to hold while the files are broken; undefined where nothing was ever started. */
async function policyInForce({ project }: LintedProject): Promise<PolicyStamp | undefined> {
  try {
    const standing = await withJournal(project, (reader) => standingOf(reader, project.node));
    return standing?.inForce
      ? { revision: standing.inForce.revision, hash: standing.inForce.hash }
      : undefined;
  } catch {
    // The files are what was asked about; a journal that is missing or broken is not their problem.
    return undefined;
  }
}

/** `2 files, 1 target, 0 problems`, or `1 problem · policy 71ab90 stays in force` */
function summary(
  files: number,
  targets: number | undefined,
  findings: readonly Finding[],
  inForce: PolicyStamp | undefined,
): string {
  const problems = countText(countOf(findings, 'error'), 'problem');
  const warnings = countOf(findings, 'warning');
  const all = warnings === 0 ? problems : `${problems}, ${countText(warnings, 'warning')}`;
  if (inForce) return `${all} · policy ${inForce.revision} stays in force`;
  const known = targets === undefined ? [] : [countText(targets, 'target')];
  return [countText(files, 'file'), ...known, all].join(', ');
}

function countOf(findings: readonly Finding[], severity: Severity): number {
  return findings.filter((finding) => finding.severity === severity).length;
}

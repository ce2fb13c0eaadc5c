import type { Project } from '../config/project.ts';
import { diffLines, formatHunks } from '../editing/line-diff.ts';
import { newProblems } from '../editing/new-problems.ts';
import { readTextFile, replaceTextFile, type TextFile } from '../editing/text-file.ts';
import { formatIni, type IniDocument, parseIni } from '../ini/document.ts';
import { PolarError } from '../model/errors.ts';
import { printable } from '../model/facts-text.ts';
import { type Finding, hasErrors } from '../model/finding.ts';
import type { Call } from './command.ts';
import { countText } from './count-text.ts';
import { exitCodes, findingLine, pathFrom } from './failure.ts';
import { type InForce, inForceText, waitUntilInForce } from './in-force.ts';
import type { Output } from './output.ts';
import { componentsOf, type ReadFlows, readFlowsWith } from './project-files.ts';

/** What an edit of flows or mappings is decided by. */
export interface Rules extends ReadFlows {
  readonly project: Project;
}

/** One file of the project, and what becomes of it. */
export interface RuleEdit {
  /** Whole path. */
  readonly file: string;
  readonly change: (document: IniDocument) => IniDocument;
  /** What the user did not say and should know. */
  readonly remarks?: readonly string[];
}

interface EditFlags {
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly wait?: boolean;
}

/**
 * Carries an edit out: shows it, lints the outcome before it is written, writes it whole or not at all, and waits until
 * the running node goes by it.
 * @throws edit.refused, edit.overtaken, edit.unreadable, io.unwritable, and what `plan` throws
 */
export async function editRules(call: Call, plan: (rules: Rules) => RuleEdit): Promise<number> {
  const { output } = call;
  const { dryRun = false, force = false, wait = true } = call.options as EditFlags;
  const project = call.project();
  const components = componentsOf(project);
  const before = readFlowsWith(project, components);
  const { file, change, remarks = [] } = plan({ ...before, project });
  const read = readTextFile(file);
  const outcome = formatIni(change(parseIni(read.text, pathFrom(process.cwd(), file)).document));
  const after = readFlowsWith(project, components, new Map([[file, outcome]]));
  const problems = newProblems(before.findings, after.findings);
  const hunks = diffLines(linesOf(read.text), linesOf(outcome));
  if (hasErrors(problems) && !force && !dryRun) throw refused(file, problems);

  const isChanged = outcome !== read.text;
  const isWritten = isChanged && !dryRun;
  if (isWritten) replaceTextFile(read, outcome);
  const shown = pathFrom(process.cwd(), file);
  const inForce: InForce | undefined =
    isWritten && wait
      ? await output.during('waiting for the node to read it', () => waitUntilInForce(project, after.reading))
      : undefined;
  const answer = { file, isWritten, inForce: inForce?.kind ?? null, diff: formatHunks(hunks), problems };
  output.show(answer, () => (isChanged ? diffText(shown, read, hunks, output) : []));
  for (const finding of problems) output.note(findingLine(finding, process.cwd()));
  for (const remark of remarks) output.note(printable(remark));
  output.note(
    !isChanged
      ? `${shown} says so already; nothing was written`
      : dryRun
        ? `nothing was written; ${hasErrors(problems) ? 'without --force it would be refused' : 'without --dry-run it would be'}`
        : `${shown} written${inForce ? ` · ${inForceText(inForce)}` : ''}`,
  );
  if (dryRun && hasErrors(problems)) return exitCodes.findings;
  const isOpen = inForce?.kind === 'not-yet' || inForce?.kind === 'refused';
  return isOpen ? exitCodes.unavailable : exitCodes.ok;
}

function refused(file: string, problems: readonly Finding[]): PolarError {
  const errors = problems.filter(({ severity }) => severity === 'error');
  const message = `${pathFrom(process.cwd(), file)} was not written: it would have ${countText(errors.length, 'new problem')}.`;
  return new PolarError('edit.refused', message, {
    findings: errors.map((finding) => ({ ...finding, file: pathFrom(process.cwd(), finding.file) })),
    hint: 'Correct what is said above first, or write it as it is with --force.',
  });
}

/** `diff -u`, in colours where there are any. */
function diffText(
  shown: string,
  { bytes }: TextFile,
  hunks: Parameters<typeof formatHunks>[0],
  { palette }: Output,
): string[] {
  const paint = (line: string) => {
    if (line.startsWith('+')) return palette.good(printable(line));
    if (line.startsWith('-')) return palette.grave(printable(line));
    return line.startsWith('@@') ? palette.dim(line) : printable(line);
  };
  const names = [palette.dim(`--- ${bytes ? shown : '/dev/null'}`), palette.dim(`+++ ${shown}`)];
  return [...names, ...formatHunks(hunks).map(paint)];
}

function linesOf(text: string): string[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

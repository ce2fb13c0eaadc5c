import { basename, join } from 'node:path';
import type { Project } from '../config/project.ts';
import { newProblems } from '../editing/new-problems.ts';
import { readTextFile, replaceTextFile } from '../editing/text-file.ts';
import { formatIni, parseIni } from '../ini/document.ts';
import { addSection, type NewEntry } from '../ini/edit.ts';
import { PolarError } from '../model/errors.ts';
import { hasErrors } from '../model/finding.ts';
import type { Facts } from '../model/observation.ts';
import { problemOfPart } from '../model/subject-name.ts';
import { observerKinds } from '../observers/kinds.ts';
import type { ObserverKind } from '../observers/observer.ts';
import { loadPolicies } from '../policies/load.ts';
import { parsePolicies, parseSources } from '../policies/parse-policies.ts';
import { pathFrom } from './failure.ts';

export interface NewPolicy {
  readonly kind: ObserverKind;
  /** How its shorthand names what was looked at. */
  readonly what: string;
  /** The target's domain and the file's name. */
  readonly saveAs: string;
  readonly facts: Facts;
  /** Only look whether it could be written. */
  readonly dryRun?: boolean;
}

export interface SavedPolicy {
  /** As one reaches it from the current folder. */
  readonly file: string;
  readonly target: string;
  /** What was decided for the user: `every = 30s`. */
  readonly entries: readonly string[];
}

/**
 * Writes a policy file that expects what was seen, whole or not at all. Never overwrites, nor adds a second place for a
 * target, nor a problem to the set.
 * @throws usage.invalid, edit.refused, edit.overtaken, io.unwritable
 */
export async function savePolicy(
  project: Project,
  { kind, what, saveAs, facts, dryRun = false }: NewPolicy,
): Promise<SavedPolicy> {
  const problem = problemOfPart(saveAs) ?? problemOfFileName(saveAs);
  if (problem) throw refused(`The name "${saveAs}" ${problem.what}.`, problem.instead);
  const { key, every, expect } = kind.shorthand;
  const target = `${kind.kind}:${saveAs}`;
  const place = await placeOf(project, kind.kind, saveAs);
  if (place !== undefined)
    throw refused(`[${target}] is in ${place} already.`, 'Choose another name, or change it there.');

  const decided: NewEntry[] = [
    { key: 'every', value: every },
    ...Object.entries(expect(facts)).map(([name, value]) => ({ key: `expect.${name}`, value })),
  ];
  const path = join(project.policiesDir, `${saveAs}.ini`);
  const file = pathFrom(process.cwd(), path);
  const text = formatTargetFile(target, [{ key, value: what }, ...decided]);
  const read = readTextFile(path);
  if (read.bytes) throw refused(`There is ${file} already.`, 'Choose another name; nothing was changed.');
  await requireSound(project, path, text);
  if (!dryRun) replaceTextFile(read, text);
  return { file, target, entries: decided.map(({ key, value }) => `${key} = ${value}`) };
}

/** The text of a policy file with one target. */
export function formatTargetFile(target: string, entries: readonly NewEntry[]): string {
  return formatIni(addSection(parseIni('', '').document, target, entries));
}

function problemOfFileName(name: string): { what: string; instead: string } | undefined {
  if (basename(name) === name && !/[\\:[\]]/.test(name)) return undefined;
  return { what: 'cannot be the name of a file', instead: 'Write it without / \\ : [ ].' };
}

/** In which file of the project a target is, if in any. */
async function placeOf(project: Project, kind: string, domain: string): Promise<string | undefined> {
  const { files } = await loadPolicies(project.policiesDir);
  const { sources } = parseSources(files, observerKinds);
  const found = sources.find(({ kinds }) => kinds.get(kind)?.targets.some((one) => one.domain === domain));
  return found && pathFrom(process.cwd(), join(project.root, found.file));
}

/** The set may have problems already; the new file must not add to them. @throws edit.refused */
async function requireSound({ policiesDir }: Project, path: string, text: string): Promise<void> {
  const { files } = await loadPolicies(policiesDir);
  const name = `${basename(policiesDir)}/${basename(path)}`;
  const { findings: before } = parsePolicies(files, observerKinds);
  const { findings: after } = parsePolicies([...files, { name, text }], observerKinds);
  const problems = newProblems(before, after);
  if (!hasErrors(problems)) return;
  throw new PolarError(
    'edit.refused',
    `${pathFrom(process.cwd(), path)} was not written: it would have problems.`,
    {
      findings: problems,
      hint: 'Choose another name, or write the policy by hand.',
    },
  );
}

function refused(message: string, hint: string): PolarError {
  return new PolarError('usage.invalid', message, { hint });
}

import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Project } from '../config/project.ts';
import { formatIni, parseIni } from '../ini/document.ts';
import { addSection, type NewEntry } from '../ini/edit.ts';
import { messageOf, PolarError } from '../model/errors.ts';
import type { Facts } from '../model/observation.ts';
import { problemOfPart } from '../model/subject-name.ts';
import { observerKinds } from '../observers/kinds.ts';
import type { ObserverKind } from '../observers/observer.ts';
import { loadPolicies } from '../policies/load.ts';
import { parseSources } from '../policies/parse-policies.ts';
import { pathFrom } from './failure.ts';

export interface NewPolicy {
  readonly kind: ObserverKind;
  /** How its shorthand names what was looked at. */
  readonly what: string;
  /** The target's domain and the file's name. */
  readonly saveAs: string;
  readonly facts: Facts;
}

export interface SavedPolicy {
  /** As one reaches it from the current folder. */
  readonly file: string;
  readonly target: string;
  /** What was decided for the user: `every = 30s`. */
  readonly entries: readonly string[];
}

/**
 * Writes a policy file that expects what was seen. Never overwrites, nor adds a second place for a target.
 * @throws usage.invalid, io.unwritable
 */
export async function savePolicy(
  project: Project,
  { kind, what, saveAs, facts }: NewPolicy,
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
  await writeNew(path, file, formatTargetFile(target, [{ key, value: what }, ...decided]));
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

async function writeNew(path: string, shown: string, text: string): Promise<void> {
  try {
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, text, { flag: 'wx' });
  } catch (cause) {
    if ((cause as { code?: unknown }).code === 'EEXIST') {
      throw refused(`There is ${shown} already.`, 'Choose another name; nothing was changed.');
    }
    throw new PolarError('io.unwritable', `${shown} cannot be written: ${messageOf(cause)}.`, { cause });
  }
}

function refused(message: string, hint: string): PolarError {
  return new PolarError('usage.invalid', message, { hint });
}

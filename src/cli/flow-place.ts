import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { copyFlow, type StepPlace } from '../editing/flow-edits.ts';
import { loadFlows } from '../flows/load.ts';
import { type IniDocument, parseIni } from '../ini/document.ts';
import { PolarError } from '../model/errors.ts';
import type { Flow } from '../model/flow.ts';
import type { RuleEdit, Rules } from './edit-rules.ts';
import { pathFrom } from './failure.ts';
import { productDir } from './product-dir.ts';
import { unknownName } from './unknown-name.ts';

/** @throws flow.unknown */
export function requireFlow({ flows }: Rules, name: string): Flow {
  const flow = flows.get(name);
  if (flow) return flow;
  throw unknownName('flow.unknown', 'flow', name, [...flows.keys()]);
}

/**
 * A change of a flow's steps, where the flow is the user's. One of the product stays as it is: a copy in the project takes
 * its place, and is what is changed.
 * @throws flow.unknown
 */
export function changeOfFlow(
  rules: Rules,
  name: string,
  change: (document: IniDocument) => IniDocument,
): RuleEdit {
  const flow = requireFlow(rules, name);
  if (flow.origin === 'user') return { file: flow.file, change };
  const from = parseIni(readFileSync(flow.file, 'utf8'), flow.file).document;
  const file = join(rules.project.flowsDir, basename(flow.file));
  const remark = `${name} is the product's own: its copy in ${pathFrom(process.cwd(), file)} takes its place`;
  return { file, change: (document) => change(copyFlow(document, from, name)), remarks: [remark] };
}

/** @throws usage.invalid where the flow is the product's: nobody but the product can take it away. */
export function requireOwnFlow(rules: Rules, name: string, what: string): Flow {
  const flow = requireFlow(rules, name);
  if (flow.origin === 'user') return flow;
  throw new PolarError('usage.invalid', `${name} is the product's own and cannot be ${what}.`, {
    hint: `Its steps can be changed: pzm flow step add ${name} …`,
  });
}

/** What there will be instead of a flow of the user's that goes. */
export function remarksOnLeaving({ project }: Rules, { name }: Flow): string[] {
  if (loadFlows({ productDir }).flows.has(name)) return [`the product's own ${name} is back`];
  if (!existsSync(project.dataDir)) return [];
  return [`tasks of ${name} that still wait become dead letters when their turn comes`];
}

/** The file of a folder that `--file` names, with or without its ending. @throws usage.invalid */
export function fileNamed(folder: string, written: string): string {
  const name = written.endsWith('.ini') ? written : `${written}.ini`;
  const candidates = [resolve(folder, name), resolve(name)];
  const file = candidates.find((path) => dirname(path) === folder && !basename(path).startsWith('.'));
  if (file !== undefined && basename(file) !== '.ini') return file;
  throw new PolarError('usage.invalid', `"${written}" is no file of ${pathFrom(process.cwd(), folder)}.`, {
    hint: 'Write its name alone, e.g. --file harbour',
  });
}

/** `ObserveTarget` → `observe-target` */
export function fileNameOf(flow: string): string {
  const words = flow.replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();
  return words.replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-+|-+$/g, '') || 'flows';
}

/** @throws usage.invalid where both are given */
export function placeOf(options: Readonly<Record<string, unknown>>): StepPlace | undefined {
  const { before, after } = options as { readonly before?: string; readonly after?: string };
  if (before !== undefined && after !== undefined) {
    throw new PolarError('usage.invalid', 'Both --before and --after are given.', {
      hint: 'Name one of them.',
    });
  }
  if (before !== undefined) return { before };
  return after === undefined ? undefined : { after };
}

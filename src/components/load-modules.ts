import { pathToFileURL } from 'node:url';
import type { Component } from '../actors/component.ts';
import { messageOf } from '../model/errors.ts';
import type { Finding } from '../model/finding.ts';
import type { ComponentFile } from './folder.ts';
import { isolate } from './isolate.ts';
import { offerOwnPackage } from './own-package.ts';

export interface LoadedModules {
  readonly components: ReadonlyMap<string, Component>;
  readonly findings: readonly Finding[];
}

/** A process must be ready within ten seconds. */
const loadWithinMs = 5000;

/** Runs the modules, all at once. Never rejects: one that cannot be loaded, or is no component, is a finding. */
export async function loadModules(
  files: readonly ComponentFile[],
  withinMs = loadWithinMs,
): Promise<LoadedModules> {
  offerOwnPackage(files);
  const components = new Map<string, Component>();
  const findings: Finding[] = [];
  const outcomes = await Promise.all(files.map((file) => load(file, withinMs)));
  for (const [index, { name, file }] of files.entries()) {
    const outcome = outcomes[index]!;
    if ('component' in outcome) components.set(name, isolate(name, outcome.component));
    else findings.push({ file, line: 1, column: 1, severity: 'error', ...outcome.problem });
  }
  return { components, findings };
}

type Problem = Pick<Finding, 'code' | 'message'> & Partial<Pick<Finding, 'line' | 'column'>>;
type Outcome = { readonly component: Component } | { readonly problem: Problem };

async function load({ file }: ComponentFile, withinMs: number): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`did not end within ${withinMs} ms`)), withinMs);
  });
  try {
    const module: { default?: unknown } = await Promise.race([import(pathToFileURL(file).href), late]);
    const problem = problemOf(module.default);
    return problem ? { problem } : { component: module.default as Component };
  } catch (thrown) {
    return { problem: loadProblem(file, thrown) };
  } finally {
    clearTimeout(timer);
  }
}

function loadProblem(file: string, thrown: unknown): Problem {
  const [message = ''] = messageOf(thrown).split('\n');
  return { code: 'component.load-failed', message: `cannot be loaded: ${message}`, ...placeIn(file, thrown) };
}

/** The first place in the file that the error's stack names; a syntax error is named without a column. */
function placeIn(file: string, thrown: unknown): { line: number; column: number } | undefined {
  const stack = thrown instanceof Error ? (thrown.stack ?? '') : '';
  const url = pathToFileURL(file).href;
  const at = stack.indexOf(`${url}:`);
  const [, line, column] = /^:(\d+)(?::(\d+))?/.exec(at < 0 ? '' : stack.slice(at + url.length)) ?? [];
  return line === undefined ? undefined : { line: Number(line), column: Number(column ?? 1) };
}

function problemOf(exported: unknown): Problem | undefined {
  if (typeof exported !== 'object' || exported === null || Object.keys(exported).length === 0) {
    const message =
      'exports no component; write export default defineComponent({ … }) with at least one method';
    return { code: 'component.no-component', message };
  }
  const strange = Object.entries(exported).find(([, method]) => typeof method !== 'function');
  if (strange) {
    return {
      code: 'component.invalid-method',
      message: `"${strange[0]}" is no function; a component has only methods`,
    };
  }
  const unnamed = Object.keys(exported).find((name) => !/^\w+$/.test(name));
  if (unnamed === undefined) return undefined;
  const message = `"${unnamed}" cannot be named in a mapping; allowed are A-Z a-z 0-9 _`;
  return { code: 'component.invalid-method', message };
}

import { type Finding, hasErrors, type Severity } from '../model/finding.ts';
import { doneText, type Flow, type Step } from '../model/flow.ts';
import { didYouMean } from '../model/suggestion.ts';
import { type Attempt, lookup } from './lookup.ts';
import { executablePrefix, formatTarget, type Mapping, type Mappings } from './mapping.ts';

/** What a worker walks. A flow with an error, its own or of its mappings, is not in it; nor is one without steps. */
export interface Registry {
  readonly flows: ReadonlyMap<string, ResolvedFlow>;
  /** Of the resolution only: what is wrong with the lines themselves was found when they were read. */
  readonly findings: readonly Finding[];
}

export interface ResolvedFlow extends Pick<Flow, 'name' | 'origin' | 'revision'> {
  /** Without the entry; the last one is `done`. */
  readonly steps: readonly ResolvedStep[];
}

export type ResolvedStep =
  | { readonly kind: 'call'; readonly component: string; readonly method: string; readonly step: Step }
  | { readonly kind: 'publish'; readonly topic: string; readonly step: Step }
  /** The task waits for an answer. */
  | { readonly kind: 'park'; readonly step: Step }
  /** A call that every live worker makes, in a task of its own. */
  | { readonly kind: 'spread'; readonly component: string; readonly method: string; readonly step: Step }
  | { readonly kind: 'done' };

/** `unlisted`: an executable, which says only when it is asked; `broken`: a module that could not be loaded. */
export type KnownMethods = ReadonlySet<string> | 'unlisted' | 'broken';

/** Component → its methods. */
export type KnownComponents = ReadonlyMap<string, KnownMethods>;

export function resolveFlows(
  flows: ReadonlyMap<string, Flow>,
  mappings: Mappings,
  knownComponents: KnownComponents,
): Registry {
  const resolved = new Map<string, ResolvedFlow>();
  const findings: Finding[] = [];
  for (const flow of flows.values()) {
    const resolution = resolveFlow(flow, mappings, knownComponents);
    findings.push(...resolution.findings);
    const isSound = !hasErrors(flow.findings) && !hasErrors(resolution.findings);
    if (isSound && flow.steps.length > 0) resolved.set(flow.name, resolution.flow);
  }
  return { flows: resolved, findings };
}

/** One flow by itself, sound or not: the steps that could be resolved, and a finding for each that could not. */
export function resolveFlow(
  flow: Flow,
  mappings: Mappings,
  knownComponents: KnownComponents,
): { flow: ResolvedFlow; findings: Finding[] } {
  const findings: Finding[] = [];
  const steps: ResolvedStep[] = [];
  const reportAt =
    ({ line, column }: Step): Report =>
    (severity, code, message) =>
      findings.push({ file: flow.file, line, column, severity, code, message });

  for (const step of flow.steps) {
    if (step.kind === 'done') break;
    if (step.kind === 'entry') continue;
    // Its decorator is an error already; to say that it is unmapped, too, would only mislead.
    if (step.kind === 'plain' && step.key.decorator !== '') continue;
    const { match, tried } = lookup(mappings, step.key);
    const report = reportAt(step);
    if (step.kind === 'publish' || step.kind === 'park') {
      const topic = `${flow.name}/${step.key.action}/`;
      steps.push(step.kind === 'park' ? { kind: 'park', step } : { kind: 'publish', topic, step });
      if (match && namesAction(match)) reportUselessMapping(step, match.mapping, report);
    } else if (!match) {
      reportUnmapped(step, tried, mappings, report);
    } else if (isKnown(match.mapping, knownComponents, report)) {
      const { component, method } = match.mapping;
      steps.push({ kind: step.kind === 'spread' ? 'spread' : 'call', component, method, step });
    }
  }
  const { name, origin, revision } = flow;
  return { flow: { name, origin, revision, steps: [...steps, { kind: 'done' }] }, findings };
}

type Report = (severity: Severity, code: string, message: string) => void;

/** A rule without the action catches whatever a sender or context has, published steps by accident. */
function namesAction({ rule }: Attempt): boolean {
  return rule.endsWith('A');
}

function reportUselessMapping(step: Step, mapping: Mapping, report: Report): void {
  const why = step.kind === 'park' ? '@ASYNC only waits' : '@PUBLISH only publishes';
  const message = `${formatTarget(mapping)}, mapped at ${placeOf(mapping)}, is never called: ${why}`;
  report('warning', 'flow.mapped-publish', message);
}

function reportUnmapped(step: Step, tried: readonly Attempt[], mappings: Mappings, report: Report): void {
  const keys = tried.map((attempt) => attempt.key).join(', ');
  const meant = didYouMean(step.text, [...mappings.keys(), doneText]);
  report(
    'error',
    'flow.unmapped-step',
    `"${step.text}" has no action mapping; tried ${keys || 'nothing'}${meant}`,
  );
}

function isKnown(mapping: Mapping, knownComponents: KnownComponents, report: Report): boolean {
  const { component, method } = mapping;
  const methods = knownComponents.get(component);
  if (methods === 'unlisted') return true;
  if (methods === 'broken') {
    const message = `the component "${component}", mapped at ${placeOf(mapping)}, could not be loaded`;
    report('error', 'flow.broken-component', message);
    return false;
  }
  if (methods?.has(method)) return true;
  const executable = `${executablePrefix}${component}`;
  const [code, missing, written, candidates] = methods
    ? ['flow.unknown-method', `"${component}" has no method "${method}"`, method, methods]
    : [
        'flow.unknown-component',
        `there is no component "${component}"`,
        knownComponents.has(executable) ? executable : component,
        knownComponents.keys(),
      ];
  const meant = didYouMean(written, [...candidates]);
  report('error', code, `${missing}, mapped at ${placeOf(mapping)}${meant}`);
  return false;
}

function placeOf({ file, line }: Mapping): string {
  return `${file}:${line}`;
}

import type { Finding, Severity } from '../model/finding.ts';
import type { Flow } from '../model/flow.ts';
import type { MethodText } from './emissions.ts';
import type { ResolvedFlow, ResolvedStep } from './resolve.ts';

/** `Component.method` of a module → what its text says of it. */
export type MethodTexts = ReadonlyMap<string, MethodText>;

/** What of the flows can be told by where their messages go. */
export interface FlowsToTrace {
  readonly flows: ReadonlyMap<string, Flow>;
  /** The sound ones. */
  readonly resolved: ReadonlyMap<string, ResolvedFlow>;
  readonly methods: MethodTexts;
}

/** Methods of the product that end every flow that they are in. */
const always = new Set(['Gateway.admit', 'Parking.resume', 'Parking.expire']);
/** Methods of the product that neither end a flow nor fail. */
const harmless = new Set(['Relay.pass']);

export function traceFlows(traced: FlowsToTrace): Finding[] {
  const own = [...traced.resolved.values()].filter(({ origin }) => origin === 'user');
  return own.flatMap((flow) => [
    ...unreachableSteps(flow, traced),
    ...circleOf(flow, traced),
    ...silence(flow, traced),
  ]);
}

function unreachableSteps({ name, steps }: ResolvedFlow, { flows }: FlowsToTrace): Finding[] {
  const end = steps.findIndex((step) => isCall(step) && always.has(targetOf(step)));
  return steps.slice(end + 1).flatMap((step) => {
    if (end < 0 || step.kind === 'done') return [];
    const { line, column, text } = step.step;
    const last = steps[end] as CallStep;
    const message = `"${text}" is never reached: ${targetOf(last)} ends the flow on line ${last.step.line}`;
    return [finding(flows, name, { line, column }, 'warning', 'flow.unreachable-step', message)];
  });
}

/** Told once, at the flow that comes first by name. */
function circleOf(flow: ResolvedFlow, traced: FlowsToTrace): Finding[] {
  const circle = findCircle(flow.name, [flow.name], traced);
  if (!circle || [...circle].sort()[0] !== flow.name) return [];
  const way = [...circle, flow.name].join(' → ');
  const message = `${way} push each other, and nothing on the way ends one or asks a condition: a task goes round for ever`;
  return [finding(traced.flows, flow.name, undefined, 'warning', 'flow.endless', message)];
}

function findCircle(
  start: string,
  path: readonly string[],
  traced: FlowsToTrace,
): readonly string[] | undefined {
  for (const next of certainTargets(path.at(-1) as string, traced)) {
    if (next === start) return path;
    if (path.includes(next)) continue;
    const found = findCircle(start, [...path, next], traced);
    if (found) return found;
  }
  return undefined;
}

/** Flows that get a message from every task of this one. */
function certainTargets(name: string, { resolved, methods }: FlowsToTrace): string[] {
  const targets: string[] = [];
  for (const step of resolved.get(name)?.steps ?? []) {
    // Who waits may wait in vain, and who stands behind it is not certain any more.
    if (step.kind === 'park') return [];
    if (!isCall(step)) continue;
    const text = methods.get(targetOf(step));
    if (!text && harmless.has(targetOf(step))) continue;
    if (!text || text.mayEnd) return [];
    targets.push(...text.emits.flatMap(({ flow, isConditional }) => (flow && !isConditional ? [flow] : [])));
  }
  return targets;
}

/** A note: a flow may well be there for what its methods do. */
function silence(flow: ResolvedFlow, traced: FlowsToTrace): Finding[] {
  if (reachesBridge(flow.name, new Set(), traced)) return [];
  const message = `nothing of ${flow.name} reaches the bridge: neither it nor a flow that it pushes to has a @PUBLISH step`;
  return [finding(traced.flows, flow.name, undefined, 'note', 'flow.silent', message)];
}

/** Also where nobody can tell. */
function reachesBridge(name: string, seen: Set<string>, traced: FlowsToTrace): boolean {
  if (seen.has(name)) return false;
  seen.add(name);
  return (traced.resolved.get(name)?.steps ?? []).some((step) => {
    if (step.kind === 'publish') return true;
    if (!isCall(step) || harmless.has(targetOf(step))) return false;
    const text = traced.methods.get(targetOf(step));
    if (!text) return true;
    return text.emits.some(({ flow }) => flow === undefined || reachesBridge(flow, seen, traced));
  });
}

type CallStep = Extract<ResolvedStep, { readonly component: string }>;

function isCall(step: ResolvedStep): step is CallStep {
  return step.kind === 'call' || step.kind === 'spread';
}

function targetOf({ component, method }: CallStep): string {
  return `${component}.${method}`;
}

function finding(
  flows: ReadonlyMap<string, Flow>,
  name: string,
  at: { readonly line: number; readonly column: number } | undefined,
  severity: Severity,
  code: string,
  message: string,
): Finding {
  const { file, line, column } = flows.get(name) as Flow;
  return { file, line: at?.line ?? line, column: at?.column ?? column, severity, code, message };
}

import type { Flow, Step } from '../model/flow.ts';
import { formatTarget } from './mapping.ts';
import type { ResolvedFlow, ResolvedStep } from './resolve.ts';

/** A flow for people: where it comes from, then a line per step with what happens there. */
export function describeFlow(flow: Flow, resolution: ResolvedFlow): string[] {
  const width = Math.max(0, ...flow.steps.map((step) => step.text.length));
  return [
    `${flow.name}  ${flow.origin}  ${flow.file}:${flow.line}  revision ${flow.revision}`,
    ...flow.steps.map((step) => `  ${step.text.padEnd(width)}  ${describeStep(step, resolution.steps)}`),
  ];
}

function describeStep(step: Step, resolved: readonly ResolvedStep[]): string {
  if (step.kind === 'entry') return 'entry';
  if (step.kind === 'done') return 'done';
  const found = resolved.find((candidate) => candidate.kind !== 'done' && candidate.step === step);
  if (found?.kind === 'call') return formatTarget(found);
  if (found?.kind === 'publish') return `publishes on ${found.topic}`;
  if (found?.kind === 'park') return 'waits for an answer';
  if (found?.kind === 'spread') return `${formatTarget(found)}, on every worker`;
  return 'unresolved';
}

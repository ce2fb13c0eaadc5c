import { loadFlows, loadMappings } from '../flows/load.ts';
import { type KnownComponents, type ResolvedStep, resolveFlows } from '../flows/resolve.ts';
import type { Finding } from '../model/finding.ts';
import type { WalkStep } from './run.ts';

/** What this worker walks, per flow. Flows with problems are left out; what is wrong with them is told. */
export function loadWalks(
  productDir: string,
  projectDir: string,
  known: KnownComponents,
): { walks: ReadonlyMap<string, readonly WalkStep[]>; findings: readonly Finding[] } {
  const flows = loadFlows({ productDir, projectDir });
  const mappings = loadMappings({ productDir, projectDir });
  const registry = resolveFlows(flows.flows, mappings.mappings, known);
  const walks = new Map(
    Array.from(registry.flows, ([name, { steps }]) => [name, steps.map(walkStepOf)] as const),
  );
  return { walks, findings: [...flows.findings, ...mappings.findings, ...registry.findings] };
}

function walkStepOf(step: ResolvedStep): WalkStep {
  switch (step.kind) {
    case 'call':
      return { kind: 'call', component: step.component, method: step.method };
    case 'publish':
      return { kind: 'publish', topic: step.topic };
    case 'done':
      return { kind: 'done' };
  }
}

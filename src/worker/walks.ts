import { formatTarget } from '../flows/mapping.ts';
import type { ResolvedFlow, ResolvedStep } from '../flows/resolve.ts';
import type { WalkedFlow } from '../model/evidence.ts';
import { doneText } from '../model/flow.ts';
import type { WalkStep } from './walk-step.ts';

const walks = new WeakMap<ResolvedFlow, readonly WalkStep[]>();
const walkedFlows = new WeakMap<readonly WalkStep[], WalkedFlow>();

/** What a worker walks of a flow; the same flow gives the same steps. */
export function walkOf(flow: ResolvedFlow): readonly WalkStep[] {
  const known = walks.get(flow);
  if (known) return known;
  const steps = flow.steps.map(walkStepOf);
  walks.set(flow, steps);
  walkedFlows.set(steps, walked(flow.name, flow.revision, steps));
  return steps;
}

/** The flow that these steps are of, as evidence tells it; of steps that are no flow's only what they say. */
export function walkedFlowOf(name: string, steps: readonly WalkStep[]): WalkedFlow {
  const known = walkedFlows.get(steps);
  if (known) return known;
  const made = walked(name, '', steps);
  walkedFlows.set(steps, made);
  return made;
}

function walked(name: string, revision: string, steps: readonly WalkStep[]): WalkedFlow {
  return { name, revision, steps: steps.map((step) => ({ ...walkedStepOf(step), text: step.text })) };
}

function walkedStepOf(step: WalkStep): Omit<WalkedFlow['steps'][number], 'text'> {
  const { kind } = step;
  if (kind === 'call' || kind === 'spread') return { kind, target: formatTarget(step) };
  return { kind, target: kind === 'publish' ? step.topic : '' };
}

function walkStepOf(step: ResolvedStep): WalkStep {
  switch (step.kind) {
    case 'call':
    case 'spread': {
      const { kind, component, method } = step;
      return { kind, component, method, text: step.step.text };
    }
    case 'publish':
      return { kind: 'publish', topic: step.topic, text: step.step.text };
    case 'park':
      return { kind: 'park', text: step.step.text };
    case 'done':
      return { kind: 'done', text: doneText };
  }
}

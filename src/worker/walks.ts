import type { ResolvedFlow, ResolvedStep } from '../flows/resolve.ts';
import { doneText } from '../model/flow.ts';
import type { WalkStep } from './run-state.ts';

const walks = new WeakMap<ResolvedFlow, readonly WalkStep[]>();

/** What a worker walks of a flow; the same flow gives the same steps. */
export function walkOf(flow: ResolvedFlow): readonly WalkStep[] {
  const known = walks.get(flow);
  if (known) return known;
  const steps = flow.steps.map(walkStepOf);
  walks.set(flow, steps);
  return steps;
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

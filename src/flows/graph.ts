import type { Flow, Step } from '../model/flow.ts';
import { formatTarget, type Mappings } from './mapping.ts';
import { type KnownComponents, type ResolvedStep, resolveFlow } from './resolve.ts';

/** A flow as a picture needs it: its steps in order, and what happens at each. */
export interface FlowGraph {
  readonly name: string;
  readonly origin: Flow['origin'];
  readonly file: string;
  readonly line: number;
  readonly steps: readonly GraphStep[];
}

export interface GraphStep {
  readonly text: string;
  readonly kind: Step['kind'];
  /** `Observer.observe`; null where no method runs, or none is found. */
  readonly handler: string | null;
  /** `Note/written/` */
  readonly topic: string | null;
  /** Why it cannot run; null where it can. */
  readonly problem: string | null;
}

export function graphOf(flow: Flow, mappings: Mappings, components: KnownComponents): FlowGraph {
  const { flow: resolved, findings } = resolveFlow(flow, mappings, components);
  const errors = [...flow.findings, ...findings].filter(({ severity }) => severity === 'error');
  const { name, origin, file, line } = flow;
  const steps = flow.steps.map((step): GraphStep => {
    const { text, kind } = step;
    const found = resolved.steps.find((candidate) => candidate.kind !== 'done' && candidate.step === step);
    const problem = errors.find((finding) => finding.line === step.line);
    return { text, kind, ...handling(found), problem: problem ? problemText(problem.code) : null };
  });
  return { name, origin, file, line, steps };
}

function handling(found: ResolvedStep | undefined): Pick<GraphStep, 'handler' | 'topic'> {
  if (found?.kind === 'call' || found?.kind === 'spread')
    return { handler: formatTarget(found), topic: null };
  return { handler: null, topic: found?.kind === 'publish' ? found.topic : null };
}

const problemTexts: Readonly<Record<string, string>> = {
  'flow.unmapped-step': 'nothing is mapped to it',
  'flow.unknown-component': 'there is no such component',
  'flow.unknown-method': 'the component has no such method',
  'flow.step-after-done': 'is never reached',
};

function problemText(code: string): string {
  return problemTexts[code] ?? code;
}

/** What happens at a step, in a few words. */
export function doesText({ kind, handler, topic, problem }: GraphStep): string {
  if (problem !== null) return `✗ ${problem}`;
  if (kind === 'entry') return 'tasks come in';
  if (kind === 'done') return 'done';
  if (kind === 'park') return 'waits for an answer';
  if (topic !== null) return `publishes on ${topic}`;
  return `${handler ?? '✗ unresolved'}${kind === 'spread' ? ', on every worker' : ''}`;
}

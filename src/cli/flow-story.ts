import { describeFlow } from '../flows/describe.ts';
import { resolveFlow } from '../flows/resolve.ts';
import type { ReadFlows } from './project-files.ts';

/** A flow as the files say it now: what it was when the event came about is not recorded. */
export interface FlowStory {
  readonly name: string;
  readonly revision: string;
  readonly file: string;
  readonly line: number;
  readonly steps: readonly { readonly text: string; readonly does: string; readonly isThis: boolean }[];
}

/** `isThis` marks the step that published on the action. */
export function flowStory(
  { flows, mappings, components }: ReadFlows,
  name: string,
  action: string,
): FlowStory | undefined {
  const flow = flows.get(name);
  if (!flow) return undefined;
  const [, ...described] = describeFlow(flow, resolveFlow(flow, mappings, components).flow);
  const { revision, file, line } = flow;
  return {
    ...{ name, revision, file, line },
    steps: flow.steps.map(({ text, kind, key }, index) => ({
      text,
      does: (described[index] ?? '').trim().slice(text.length).trim(),
      isThis: kind === 'publish' && key.action === action,
    })),
  };
}

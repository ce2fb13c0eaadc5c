import { describeFlow } from '../../flows/describe.ts';
import { formatTarget } from '../../flows/mapping.ts';
import { type ResolvedStep, resolveFlow } from '../../flows/resolve.ts';
import type { Step } from '../../model/flow.ts';
import type { Call } from '../command.ts';
import { findingLine } from '../failure.ts';
import { optionalProject } from '../optional-project.ts';
import { readFlows } from '../project-files.ts';
import { unknownName } from '../unknown-name.ts';

export async function run(call: Call): Promise<void> {
  const {
    args: [name = ''],
    output,
  } = call;
  const { flows, mappings, components } = readFlows(optionalProject(call));
  const flow = flows.get(name);
  if (!flow) throw unknownName('flow.unknown', 'flow', name, [...flows.keys()]);

  const { flow: resolved, findings } = resolveFlow(flow, mappings, components);
  const all = [...flow.findings, ...findings];
  const { origin, file, line, revision } = flow;
  const steps = flow.steps.map((step) => ({
    text: step.text,
    kind: step.kind,
    ...placeOf(step, resolved.steps),
    line: step.line,
  }));
  output.show({ name, origin, file, line, revision, steps, findings: all }, () =>
    describeFlow(flow, resolved),
  );
  for (const finding of all) output.note(findingLine(finding, process.cwd()));
}

function placeOf(step: Step, resolved: readonly ResolvedStep[]): { target?: string; topic?: string } {
  const found = resolved.find((candidate) => candidate.kind !== 'done' && candidate.step === step);
  if (found?.kind === 'call' || found?.kind === 'spread') return { target: formatTarget(found) };
  return found?.kind === 'publish' ? { topic: found.topic } : {};
}

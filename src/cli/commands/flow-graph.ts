import { graphOf } from '../../flows/graph.ts';
import { formatMermaid } from '../../flows/graph-mermaid.ts';
import { drawFlow } from '../../flows/graph-text.ts';
import { PolarError } from '../../model/errors.ts';
import type { Flow } from '../../model/flow.ts';
import type { Call } from '../command.ts';
import { pathFrom } from '../failure.ts';
import { optionalProject } from '../optional-project.ts';
import { type ReadFlows, readFlows } from '../project-files.ts';
import { unknownName } from '../unknown-name.ts';

export async function run(call: Call): Promise<void> {
  const {
    args: [name],
    options,
    output,
  } = call;
  const { all = false } = options as { readonly all?: boolean };
  if (all === (name !== undefined)) {
    const what = all ? 'Both a flow and --all are named.' : 'It is not said which flow to draw.';
    throw new PolarError('usage.invalid', what, { hint: 'Name a flow, or all of them with --all.' });
  }
  const read = readFlows(optionalProject(call));
  const graphs = flowsNamed(read, name).map((flow) => graphOf(flow, read.mappings, read.components));
  if (output.format === 'mermaid') {
    output.lines(formatMermaid(graphs));
    return;
  }
  output.show(name === undefined ? graphs : graphs[0], () =>
    graphs.flatMap((graph, index) => {
      const title = `${graph.name} · ${graph.origin} · ${pathFrom(process.cwd(), graph.file)}:${graph.line}`;
      return [...(index > 0 ? [''] : []), ...drawFlow(graph, title, output.palette.grave)];
    }),
  );
}

function flowsNamed({ flows }: ReadFlows, name: string | undefined): Flow[] {
  const sorted = [...flows.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  if (name === undefined) return sorted;
  const flow = flows.get(name);
  if (!flow) throw unknownName('flow.unknown', 'flow', name, [...flows.keys()]);
  return [flow];
}

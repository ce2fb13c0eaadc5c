import { doesText, type FlowGraph, type GraphStep } from './graph.ts';

/** As a Mermaid flowchart (https://mermaid.js.org/syntax/flowchart.html): a group per flow, topics outside of them. */
export function formatMermaid(graphs: readonly FlowGraph[]): string[] {
  return [
    'flowchart TD',
    ...graphs.flatMap((graph, index) => groupOf(graph, `f${index + 1}`)),
    '  classDef problem stroke:#c00,stroke-width:2px,stroke-dasharray:4',
  ];
}

function groupOf({ name, steps }: FlowGraph, id: string): string[] {
  const idOf = (index: number) => `${id}s${index + 1}`;
  return [
    `  subgraph ${id}["${quoted(name)}"]`,
    ...steps.map(
      (step, index) => `    ${idOf(index)}${shapeOf(step)}${step.problem === null ? '' : ':::problem'}`,
    ),
    ...steps.slice(1).map((_, index) => `    ${idOf(index)} --> ${idOf(index + 1)}`),
    '  end',
    ...steps.flatMap(({ topic }, index) =>
      topic === null ? [] : [`  ${idOf(index)} -.-> ${idOf(index)}t>"${quoted(topic)}"]`],
    ),
  ];
}

function shapeOf(step: GraphStep): string {
  const label = `"${quoted(step.text)}${step.kind === 'done' ? '' : `<br/>${quoted(doesText(step))}`}"`;
  if (step.kind === 'entry' || step.kind === 'done') return `([${label}])`;
  if (step.kind === 'park') return `{{${label}}}`;
  return step.kind === 'publish' ? `[/${label}/]` : `[${label}]`;
}

/** Within a label quotes and what begins an entity would end it or change it. */
function quoted(text: string): string {
  return text
    .replaceAll('#', '#35;')
    .replaceAll('"', '#quot;')
    .replaceAll('<', '#lt;')
    .replaceAll('>', '#gt;');
}

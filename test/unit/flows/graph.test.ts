import { describe, expect, test } from 'vitest';
import { graphOf } from '../../../src/flows/graph.ts';
import { formatMermaid } from '../../../src/flows/graph-mermaid.ts';
import { drawFlow } from '../../../src/flows/graph-text.ts';
import { parseFlows } from '../../../src/flows/parse-flows.ts';
import { parseMappings } from '../../../src/flows/parse-mappings.ts';

const text = `[Note]
?Note?Push
Subject?Note?pass
Relay?Note@ASYNC?decided
Relay?Note?lost
Relay?Note@PUBLISH?written
??done
`;
const { mappings } = parseMappings('[actionmapping]\n??pass = Relay.pass\n', 'm.ini', 'user');
const mapped = new Map(mappings.map((mapping) => [mapping.name, mapping]));
const known = new Map([['Relay', new Set(['pass'])]]);
const graph = (written: string) => {
  const [flow] = parseFlows(written, 'flows/note.ini', 'user').flows;
  return graphOf(flow!, mapped, known);
};

test('a graph tells what happens at each step, and why it cannot', () => {
  expect(
    graph(text).steps.map(({ kind, handler, topic, problem }) => [kind, handler, topic, problem]),
  ).toEqual([
    ['entry', null, null, null],
    ['plain', 'Relay.pass', null, null],
    ['park', null, null, null],
    ['plain', null, null, 'nothing is mapped to it'],
    ['publish', null, 'Note/written/', null],
    ['done', null, null, null],
  ]);
});

describe('boxes', () => {
  test('stand one below the other, each with the number that edits name it by', () => {
    const marked: string[] = [];
    const drawn = drawFlow(graph(text), 'Note', (line) => {
      marked.push(line);
      return line;
    });
    expect(drawn.slice(0, 7)).toEqual([
      'Note',
      '┌───────────────────────────────┐',
      '│ 1  ?Note?Push                 │',
      '│    tasks come in              │',
      '└───────────────┬───────────────┘',
      '                ▼',
      '┌───────────────────────────────┐',
    ]);
    expect(drawn.at(-1)).toBe('└───────────────────────────────┘');
    expect(marked.join('\n')).toContain(
      '│ 4  Relay?Note?lost            │\n│    ✗ nothing is mapped to it  │',
    );
  });

  test('fit 80 columns, whatever the names are', () => {
    const long = 'x'.repeat(200);
    const drawn = drawFlow(
      graph(`[${long}]\n?${long}?Push\nS?${long}@PUBLISH?${long}\n`),
      long,
      (line) => line,
    );
    expect(Math.max(...drawn.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(new Set(drawn.filter((line) => line.startsWith('│')).map((line) => line.length)).size).toBe(1);
  });
});

test('Mermaid has a group per flow, and topics outside of them', () => {
  expect(formatMermaid([graph(text)])).toEqual([
    'flowchart TD',
    '  subgraph f1["Note"]',
    '    f1s1(["?Note?Push<br/>tasks come in"])',
    '    f1s2["Subject?Note?pass<br/>Relay.pass"]',
    '    f1s3{{"Relay?Note@ASYNC?decided<br/>waits for an answer"}}',
    '    f1s4["Relay?Note?lost<br/>✗ nothing is mapped to it"]:::problem',
    '    f1s5[/"Relay?Note@PUBLISH?written<br/>publishes on Note/written/"/]',
    '    f1s6(["??done"])',
    '    f1s1 --> f1s2',
    '    f1s2 --> f1s3',
    '    f1s3 --> f1s4',
    '    f1s4 --> f1s5',
    '    f1s5 --> f1s6',
    '  end',
    '  f1s5 -.-> f1s5t>"Note/written/"]',
    '  classDef problem stroke:#c00,stroke-width:2px,stroke-dasharray:4',
  ]);
});

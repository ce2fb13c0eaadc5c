import { describe, expect, test } from 'vitest';
import { traceFlows } from '../../../src/flows/circles.ts';
import { readEmissions } from '../../../src/flows/emissions.ts';
import { parseFlows } from '../../../src/flows/parse-flows.ts';
import { parseMappings } from '../../../src/flows/parse-mappings.ts';
import { resolveFlows } from '../../../src/flows/resolve.ts';
import { findUnusedMappings } from '../../../src/flows/unused.ts';

const read = (flows: string, mappings: string) => {
  const parsed = parseFlows(flows, 'f.ini', 'user').flows;
  const mapped = parseMappings(`[actionmapping]\n${mappings}`, 'm.ini', 'user').mappings;
  return {
    flows: new Map(parsed.map((flow) => [flow.name, flow])),
    mappings: new Map(mapped.map((mapping) => [mapping.name, mapping])),
  };
};
const unused = (flows: string, mappings: string) => {
  const found = read(flows, mappings);
  return findUnusedMappings(found.flows, found.mappings).map(
    ({ line, code, message }) => `${line} ${code} ${message}`,
  );
};

describe('a mapping that no step leads to', () => {
  const flow = '[A]\n?A?Push\nSubject?A?x\nRelay?A@PUBLISH?y\n??done\n';

  test('is named, as long as nothing calls it', () => {
    expect(unused(flow, 'Subject?A?x = Relay.pass\n')).toEqual([]);
    expect(unused(flow, 'Subject?A?x = Relay.pass\n?B?x = Relay.pass\n')).toEqual([
      '3 mapping.unused Relay.pass is never called: no step of any flow leads to "?B?x"',
    ]);
  });

  test('is named with the one that comes before it', () => {
    expect(unused(flow, '??x = Relay.pass\nSubject?A?x = Relay.pass\n')).toEqual([
      '2 mapping.shadowed "??x" is never asked for: "Subject?A?x", mapped at m.ini:3, comes before it for "Subject?A?x"',
    ]);
  });
});

const relayed = (name: string, step = 'Subject?X?go') =>
  `[${name}]\n?${name}?Push\n${step.replace('X', name)}\n??done\n`;

function traced(flows: string, mappings: string, module: string, methods: readonly string[]) {
  const found = read(flows, mappings);
  const known = new Map([
    ['own', new Set(methods)],
    ['Relay', new Set(['pass'])],
    ['Gateway', new Set(['admit'])],
  ]);
  const { flows: resolved, findings } = resolveFlows(found.flows, found.mappings, known);
  expect(findings).toEqual([]);
  const texts = [...readEmissions(module)].map(([name, text]) => [`own.${name}`, text] as const);
  return traceFlows({ flows: found.flows, resolved, methods: new Map(texts) }).map(
    ({ line, code, message }) => `${line} ${code} ${message}`,
  );
}

const circle = (body: string) =>
  traced(
    relayed('A') + relayed('B'),
    '?A?go = own.toB\n?B?go = own.toA\n',
    `export default {
  toB(body, context) { context.emit({ key: 'k', flow: 'B', body }); return body; },
  async toA(body, context) {
    ${body}
  },
};`,
    ['toA', 'toB'],
  ).filter((line) => line.includes('endless'));

describe('flows that push each other', () => {
  test('are named once when nothing on the way can end it', () => {
    expect(circle(`context.emit({ flow: "A", key: 'k', body });`)).toEqual([
      '1 flow.endless A → B → A push each other, and nothing on the way ends one or asks a condition: a task goes round for ever',
    ]);
  });

  test.each([
    [`if (body.n > 0) context.emit({ flow: 'A', key: 'k', body });`],
    [`context.emit({ flow: 'A', key: 'k', body }); if (!body) return context.end('done');`],
    [`if (!body) throw new Error('x'); context.emit({ flow: 'A', key: 'k', body });`],
    [`context.emit({ flow: body.flow, key: 'k', body });`],
    [`// context.emit({ flow: 'A', key: 'k', body });`],
    [`context.emit({ flow: 'C', key: 'k', body });`],
  ])('are left alone with %s', (body) => {
    expect(circle(body)).toEqual([]);
  });

  test('are left alone when a task waits on the way', () => {
    const waiting = '[A]\n?A?Push\nSubject?A@ASYNC?wait\nSubject?A?go\n??done\n';
    const module = `export default { go(body, { emit }) { emit({ flow: 'A', key: 'k', body }); } };`;
    expect(
      traced(waiting, '?A?go = own.go\n', module, ['go']).filter((line) => line.includes('endless')),
    ).toEqual([]);
    expect(traced(relayed('A'), '?A?go = own.go\n', module, ['go'])).toContainEqual(
      expect.stringContaining('A → A'),
    );
  });
});

test('a step behind one that always ends the flow is never reached', () => {
  const flow = '[A]\n?A?Push\nSubject?A?in\nGateway?A?pass\nRelay?A@PUBLISH?out\n??done\n';
  expect(traced(flow, '?A?in = Gateway.admit\n?A?pass = Relay.pass\n', '', [])).toEqual([
    '4 flow.unreachable-step "Gateway?A?pass" is never reached: Gateway.admit ends the flow on line 3',
    '5 flow.unreachable-step "Relay?A@PUBLISH?out" is never reached: Gateway.admit ends the flow on line 3',
  ]);
});

describe('a flow of which nothing reaches the bridge', () => {
  const publishing = '[B]\n?B?Push\nSubject?B@PUBLISH?out\n??done\n';
  const emitting = (flow: string) =>
    `export default { go(body, context) { context.emit({ flow: ${flow}, key: 'k', body }); } };`;

  test('is named', () => {
    expect(traced(relayed('A'), '?A?go = Relay.pass\n', '', [])).toEqual([
      expect.stringMatching(/^1 flow\.silent /),
    ]);
  });

  test('is left alone when one that it pushes to publishes, or nobody can tell', () => {
    const flows = publishing + relayed('A');
    for (const flow of [`'B'`, 'body.flow']) {
      expect(traced(flows, '?A?go = own.go\n', emitting(flow), ['go'])).toEqual([]);
    }
    expect(traced(relayed('A'), '?A?go = own.go\n', '', ['go'])).toEqual([]);
  });
});

import { describe, expect, test } from 'vitest';
import { describeFlow } from '../../../src/flows/describe.ts';
import { layer } from '../../../src/flows/layer.ts';
import { parseFlows } from '../../../src/flows/parse-flows.ts';
import { parseMappings } from '../../../src/flows/parse-mappings.ts';
import { type KnownMethods, resolveFlow, resolveFlows } from '../../../src/flows/resolve.ts';
import { formatFinding } from '../../../src/model/finding.ts';
import type { Flow } from '../../../src/model/flow.ts';

const known = new Map<string, KnownMethods>([
  ['Observer', new Set(['observe', 'look'])],
  ['my.Thing', new Set(['act'])],
  ['faulty', 'broken'],
  ['exec:rates', 'unlisted'],
]);
const flowsOf = (...lines: string[]) =>
  layer(parseFlows(lines.join('\n'), 'f.ini', 'user').flows, 'flow.duplicate').byName;
const mappingsOf = (...lines: string[]) =>
  layer(parseMappings(['[actionmapping]', ...lines].join('\n'), 'm.ini', 'user').mappings, 'x').byName;
const reported = (flow: string[], mappings: string[]) => {
  const registry = resolveFlows(flowsOf('[X]', '?X?Push', ...flow, '??done'), mappingsOf(...mappings), known);
  return { findings: registry.findings.map(formatFinding), runs: registry.flows.has('X') };
};

describe('a registry', () => {
  test('says for each step what a worker does there', () => {
    const flows = flowsOf(
      '[X]',
      '?X?Push',
      'Subject?X?observe',
      'Observer?X?act',
      'T?X@PUBLISH?changed',
      '??done',
    );
    const mappings = mappingsOf('Subject?X?observe = Observer.observe', '??act = my.Thing.act');
    const { flows: resolved, findings } = resolveFlows(flows, mappings, known);
    const steps = flows.get('X')?.steps;
    expect(findings).toEqual([]);
    expect(resolved.get('X')).toEqual({
      name: 'X',
      origin: 'user',
      revision: flows.get('X')?.revision,
      steps: [
        { kind: 'call', component: 'Observer', method: 'observe', step: steps?.[1] },
        { kind: 'call', component: 'my.Thing', method: 'act', step: steps?.[2] },
        { kind: 'publish', topic: 'X/changed/', step: steps?.[3] },
        { kind: 'done' },
      ],
    });
  });

  test('a flow without its end is complete after the last step', () => {
    const { flows } = resolveFlows(flowsOf('[X]', '?X?Push', 'A?X@PUBLISH?b'), new Map(), known);
    expect(flows.get('X')?.steps.map(({ kind }) => kind)).toEqual(['publish', 'done']);
  });

  test('leaves out a flow with an error or without steps, and keeps the others', () => {
    const flows = flowsOf(
      ...['[Empty]', '[Broken]', '?Broken?Push', 'a b', '??done'],
      ...['[Unmapped]', '?Unmapped?Push', 'A?B?c', '??done', '[Good]', '?Good?Push', '??done'],
    );
    expect([...resolveFlows(flows, new Map(), known).flows.keys()]).toEqual(['Good']);
  });
});

describe('lint against mappings and components', () => {
  test('an unmapped step names what was tried and what was meant', () => {
    expect(reported(['Subject?X?obsrve'], ['Subject?X?observe = Observer.observe'])).toEqual({
      findings: [
        'f.ini:3:1: error flow.unmapped-step "Subject?X?obsrve" has no action mapping; tried Subject?X?obsrve, ' +
          'Subject??obsrve, ?X?obsrve, Subject?X?, Subject??, ??obsrve, ?X?; did you mean "Subject?X?observe"?',
      ],
      runs: false,
    });
    expect(reported(['??Done'], []).findings[0]).toMatch('did you mean "??done"?');
    expect(reported(['??'], []).findings[0]).toMatch('tried nothing');
  });

  test('an unknown component names where it is mapped and what was meant', () => {
    expect(reported(['Subject?X?a'], ['??a = Obsever.observe'])).toEqual({
      findings: [
        'f.ini:3:1: error flow.unknown-component there is no component "Obsever", mapped at m.ini:2; did you mean "Observer"?',
      ],
      runs: false,
    });
  });

  test('an unknown method names where it is mapped and what was meant', () => {
    expect(reported(['Subject?X?a'], ['??a = Observer.observ'])).toEqual({
      findings: [
        'f.ini:3:1: error flow.unknown-method "Observer" has no method "observ", mapped at m.ini:2; did you mean "observe"?',
      ],
      runs: false,
    });
  });

  test('a component that could not be loaded is not called unknown', () => {
    expect(reported(['Subject?X?a'], ['??a = faulty.act'])).toEqual({
      findings: [
        'f.ini:3:1: error flow.broken-component the component "faulty", mapped at m.ini:2, could not be loaded',
      ],
      runs: false,
    });
  });

  test('an executable has whatever method it is asked for, by its whole name', () => {
    expect(reported(['Subject?X?a'], ['??a = exec:rates.any'])).toEqual({ findings: [], runs: true });
    expect(reported(['Subject?X?a'], ['??a = rates.any']).findings).toEqual([
      expect.stringContaining('there is no component "rates", mapped at m.ini:2; did you mean "exec:rates"?'),
    ]);
    expect(reported(['Subject?X?a'], ['??a = exec:rats.any']).findings).toEqual([
      expect.stringContaining('did you mean "exec:rates"?'),
    ]);
  });

  test('a mapping for a published step is called useless, one for its whole sender is not', () => {
    expect(reported(['A?X@PUBLISH?b'], ['A?X?b = Observer.look'])).toEqual({
      findings: [
        'f.ini:3:1: warning flow.mapped-publish Observer.look, mapped at m.ini:2, is never called: @PUBLISH only publishes',
      ],
      runs: true,
    });
    expect(reported(['A?X@PUBLISH?b'], ['A?? = Observer.look'])).toEqual({ findings: [], runs: true });
  });
});

test('a flow is shown with what happens at each step', () => {
  const flow = flowsOf('[X]', '?X?Push', 'Subject?X?a', 'A?X?b', 'B?X@PUBLISH?c', '??done').get('X') as Flow;
  const resolution = resolveFlow(flow, mappingsOf('??a = Observer.observe'), known);
  expect(describeFlow(flow, resolution.flow)).toEqual([
    `X  user  f.ini:1  revision ${flow.revision}`,
    '  ?X?Push        entry',
    '  Subject?X?a    Observer.observe',
    '  A?X?b          unresolved',
    '  B?X@PUBLISH?c  publishes on X/c/',
    '  ??done         done',
  ]);
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadFlows, loadMappings } from '../../../src/flows/load.ts';
import { resolveFlows } from '../../../src/flows/resolve.ts';
import { hasErrors } from '../../../src/model/finding.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'flows-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const write = (path: string, ...lines: string[]) => {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  return file;
};
const folders = () => ({ productDir: join(root, 'product'), projectDir: join(root, 'project') });
const flow = (name: string) => [`[${name}]`, `?${name}?Push`, '??done'];

describe('loading', () => {
  test("a user's flow takes the place of the product's, and each keeps its origin", () => {
    write('product/flows/a.ini', ...flow('A'), ...flow('B'));
    const file = write('project/flows/mine.ini', ...flow('C'), ...flow('B'));
    const { flows, findings } = loadFlows(folders());
    expect(findings).toEqual([]);
    expect([...flows.values()].map(({ name, origin }) => `${name} ${origin}`)).toEqual([
      'A product',
      'B user',
      'C user',
    ]);
    expect(flows.get('B')).toMatchObject({ file, line: 4 });
  });

  test('two flows of one name and origin are an error, and the first file by name stays', () => {
    const second = write('project/flows/b.ini', ...flow('A'));
    const first = write('project/flows/a.ini', '; here', ...flow('A'));
    const { flows, findings } = loadFlows(folders());
    expect(flows.get('A')?.file).toBe(first);
    expect(findings).toEqual([
      {
        ...{ file: second, line: 1, column: 1, severity: 'error', code: 'flow.duplicate' },
        message: `"A" is already at ${first}:2, which stays; remove one of the two`,
      },
    ]);
  });

  test("a user's mapping takes the place of the product's; a second one of the user is an error", () => {
    write('product/actionmappings/a.ini', '[actionmapping]', '??a = P.a', '??b = P.b');
    write('project/actionmappings/a.ini', '[actionmapping]', '??a = U.a', '??a = U.again');
    const { mappings, findings } = loadMappings(folders());
    expect(
      [...mappings.values()].map(({ name, component, method }) => `${name} ${component}.${method}`),
    ).toEqual(['??a U.a', '??b P.b']);
    expect(findings.map(({ line, code }) => `${line} ${code}`)).toEqual(['3 mapping.duplicate-key']);
  });

  test('missing folders, hidden files and other files are no problem', () => {
    write('project/flows/.a.ini.swp', 'garbage');
    write('project/flows/.a.ini', 'garbage');
    write('project/flows/README.md', 'garbage');
    expect(loadFlows(folders())).toMatchObject({ flows: new Map(), findings: [] });
    expect(loadMappings({ productDir: join(root, 'nowhere') })).toMatchObject({
      mappings: new Map(),
      findings: [],
    });
  });

  test('what cannot be read is a finding, and the rest is loaded', () => {
    mkdirSync(join(root, 'project/flows/folder.ini'), { recursive: true });
    write('project/flows/good.ini', ...flow('A'));
    write('project/actionmappings');
    const { flows, findings } = loadFlows(folders());
    expect([...flows.keys()]).toEqual(['A']);
    expect(findings).toMatchObject([
      { file: join(root, 'project/flows/folder.ini'), code: 'ini.unreadable' },
    ]);
    expect(loadMappings(folders()).findings).toMatchObject([{ code: 'ini.unreadable' }]);
  });
});

test("the product's own flows have no findings", () => {
  const folders = { productDir: '.' };
  const { flows, findings: ofFlows } = loadFlows(folders);
  const { mappings, findings: ofMappings } = loadMappings(folders);
  const components = new Map([
    ['Observer', new Set(['observe'])],
    ['StateManager', new Set(['reconcile', 'retire', 'age', 'stop'])],
    ['PolicyManager', new Set(['load'])],
    ['TaskManager', new Set(['apply'])],
    ['Gateway', new Set(['admit'])],
    ['Parking', new Set(['resume', 'expire'])],
    ['DeadLetters', new Set(['order'])],
    ['Deliveries', new Set(['order'])],
  ]);
  const registry = resolveFlows(flows, mappings, components);
  expect([...ofFlows, ...ofMappings, ...registry.findings]).toEqual([]);
  expect([...registry.flows.keys()].sort()).toEqual([
    'Admit',
    'AgeTarget',
    'Answer',
    'ApplyPolicies',
    'AttestTarget',
    'Expire',
    'ObserveTarget',
    'OrderDelivery',
    'OrderLetter',
    'RetireTarget',
    'StopTarget',
  ]);
});

describe("DigitalPy's own files", () => {
  const projectDir = 'test/fixtures/digitalpy';
  const folders = { productDir: '.', projectDir };
  const components = new Map([
    ['Harbour', new Set(['get_berth', 'to_json', 'rise'])],
    ['app.components.harbour.facade.Harbour', new Set(['connect'])],
  ]);
  const loaded = loadFlows(folders);
  const mapped = loadMappings(folders);
  const ours = (file: string) => join(projectDir, file);
  const brief = ({ file, line, column, severity, code }: (typeof loaded.findings)[number]) =>
    `${file}:${line}:${column} ${severity} ${code}`;

  test('load, with what is odd about them reported', () => {
    expect(loaded.findings.map(brief)).toEqual([
      `${ours('flows/core.ini')}:2:1 warning flow.decorated-entry`,
      `${ours('flows/core.ini')}:2:1 note flow.other-context`,
      `${ours('flows/core.ini')}:3:1 warning flow.missing-done`,
      `${ours('flows/core.ini')}:6:1 note flow.other-context`,
      `${ours('flows/core.ini')}:8:1 warning flow.missing-done`,
      `${ours('flows/harbour.ini')}:9:1 warning flow.empty`,
      `${ours('flows/harbour.ini')}:13:1 warning flow.missing-done`,
    ]);
    expect(mapped.findings.map(brief)).toEqual([
      `${ours('actionmappings/harbour.ini')}:5:44 warning mapping.doubled-equals`,
      `${ours('actionmappings/harbour.ini')}:14:1 note mapping.foreign-section`,
      `${ours('actionmappings/harbour.ini')}:18:1 note mapping.foreign-section`,
      `${ours('actionmappings/harbour.ini')}:20:1 note mapping.foreign-section`,
      `${ours('actionmappings/harbour.ini')}:23:1 note mapping.foreign-section`,
    ]);
    expect(hasErrors(mapped.findings)).toBe(false);
  });

  test('run, but for the flow whose step no mapping names', () => {
    const own = new Map([...loaded.flows].filter(([, { origin }]) => origin === 'user'));
    const { flows, findings } = resolveFlows(own, mapped.mappings, components);
    expect([...flows.keys()].sort()).toEqual(['Cot^Event-1', 'Harbour_Connection', 'Harbour__GETBerth']);
    expect(flows.get('Cot^Event-1')?.steps).toMatchObject([{ topic: 'Cot^Event-1/Push/' }, { kind: 'done' }]);
    expect(flows.get('Harbour_Connection')?.steps[0]).toMatchObject({ method: 'connect' });
    expect(findings.map(brief)).toEqual([`${ours('flows/core.ini')}:3:1 error flow.unmapped-step`]);
  });
});

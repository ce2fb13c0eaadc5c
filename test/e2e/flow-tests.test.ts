import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeProject, pzm } from './command.ts';

const parcels = new URL('../../examples/parcels/', import.meta.url);
const example = (path: string) => readFileSync(new URL(path, parcels), 'utf8');

const cases = example('flows/parcels.test.ini');

let project: ReturnType<typeof makeProject>;
beforeEach(() => {
  project = makeProject({
    'flows/parcels.ini': example('flows/parcels.ini'),
    'flows/parcels.test.ini': cases,
    'actionmappings/parcels.ini': example('actionmappings/parcels.ini'),
  });
  mkdirSync(join(project.folder, 'components'));
  for (const [name, mode] of [
    ['scales.js', 0o644],
    ['tariff.py', 0o755],
  ] as const) {
    writeFileSync(join(project.folder, 'components', name), example(`components/${name}`), { mode });
  }
});
afterEach(() => project.remove());

const run = (...args: string[]) => pzm(['flow', 'test', ...args], project.folder);

test('cases that pass end with 0, and no node is needed', async () => {
  expect(await run()).toEqual({
    code: 0,
    signal: null,
    stdout:
      'ok    flows/parcels.test.ini:2 a parcel is weighed, priced and told of\nok    flows/parcels.test.ini:8 there is nothing to send\n',
    stderr: '2 cases, 0 failed\n',
  });
});

test('a case that fails ends with 1 and shows the difference', async () => {
  writeFileSync(
    join(project.folder, 'flows/parcels.test.ini'),
    cases.replace('Parcel/priced/ {"cents": 490}', 'Parcel/priced/ {"cents": 480}'),
  );
  const { code, stdout, stderr } = await run('parcels');
  expect({ code, stderr }).toEqual({ code: 1, stderr: '2 cases, 1 failed\n' });
  expect(stdout).toMatch(
    /^FAILED .*:2 a parcel.*\n {2}flows\/parcels\.test\.ini:6 expect\.publish .*\n {6}Parcel\/priced\/ \{\n {4}- {3}"cents": 480\n {4}\+ {3}"cents": 490\n/,
  );
  const { stdout: data } = await run('--format', 'json');
  expect(JSON.parse(data)).toMatchObject({ cases: [{ mismatches: [{ line: 6 }] }, { mismatches: [] }] });
});

test('a file of cases with a problem is not walked, and says where', async () => {
  writeFileSync(join(project.folder, 'flows/parcels.test.ini'), '[x]\npush = Parcel {\n');
  const { code, stdout } = await run();
  expect(code).toBe(1);
  expect(stdout).toMatch(/^flows\/parcels\.test\.ini:2:1: error flow\.invalid-case "push" has a body/);
  expect(await run('nope')).toMatchObject({ code: 2, stderr: expect.stringContaining('There are parcels.') });
});

test('a flow is drawn for the terminal and for Mermaid', async () => {
  const drawn = await pzm(['flow', 'graph', 'Parcel'], project.folder);
  expect(drawn).toMatchObject({ code: 0, stderr: '' });
  expect(drawn.stdout).toMatch(/^Parcel · user · flows\/parcels\.ini:2\n┌─+┐\n│ 1 {2}\?Parcel\?Push /);
  expect(Math.max(...drawn.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  const all = await pzm(['flow', 'graph', '--all', '--format', 'mermaid'], project.folder);
  expect(all.stdout).toMatch(/^flowchart TD\n {2}subgraph f1\["Admit"\]\n/);
  expect(await pzm(['flow', 'graph'], project.folder)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--all'),
  });
});

test('check tells what no line shows by itself, in words that an editor reads, and as SARIF', async () => {
  writeFileSync(
    join(project.folder, 'actionmappings/parcels.ini'),
    `${example('actionmappings/parcels.ini')}?Parcel?weigh = Relay.pass\n?Parcel?lift = Relay.pass\n`,
  );
  writeFileSync(join(project.folder, 'flows/parcels.test.ini'), '[x]\npsh = Parcel\n');
  const { code, stdout } = await pzm(['check'], project.folder);
  expect(code).toBe(1);
  const page = readFileSync(new URL('../../docs/flows.md', import.meta.url), 'utf8');
  const [, regexp = ''] = /"regexp": "(.*)",/.exec(page) ?? [];
  const matcher = new RegExp(JSON.parse(`"${regexp}"`));
  const seen = stdout
    .trimEnd()
    .split('\n')
    .map((line) => matcher.exec(line)?.slice(1, 6));
  expect(seen).toEqual([
    ['actionmappings/parcels.ini', '4', '1', 'warning', 'mapping.shadowed'],
    ['actionmappings/parcels.ini', '5', '1', 'warning', 'mapping.unused'],
    ['flows/parcels.test.ini', '2', '1', 'error', 'flow.invalid-case'],
  ]);
  const sarif = JSON.parse((await pzm(['check', '--format', 'sarif'], project.folder)).stdout);
  expect(sarif.runs[0].results.map((one: { ruleId: string }) => one.ruleId)).toEqual(
    seen.map((one) => one?.[4]),
  );
});

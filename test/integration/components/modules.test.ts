import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listComponents } from '../../../src/components/folder.ts';
import { knownComponents } from '../../../src/components/known.ts';
import { loadModules } from '../../../src/components/load-modules.ts';
import { formatFinding } from '../../../src/model/finding.ts';
import { aContext } from '../../unit/components/a-context.ts';

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'polar-modules-')));
  mkdirSync(join(root, 'components'));
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
});
afterEach(() => rmSync(root, { recursive: true }));

const builtIn = new Set(['Relay']);
const file = (name: string) => join(root, 'components', name);
const write = (name: string, text: string, mode = 0o644) => {
  writeFileSync(file(name), text);
  chmodSync(file(name), mode);
};
const list = () => {
  const { modules, executables, findings } = listComponents(root, builtIn);
  const names = (files: typeof modules) => files.map((one) => `${one.name}=${basename(one.file)}`);
  return { modules: names(modules), executables: names(executables), findings: findings.map(shown) };
};
const shown = (finding: Parameters<typeof formatFinding>[0]) =>
  formatFinding({ ...finding, file: basename(finding.file) });

describe('the folder of components', () => {
  test('gives modules and executables by the names of their files, and leaves the rest alone', () => {
    write('b.js', '');
    write('a.mjs', '', 0o755);
    write('rate.py', '', 0o755);
    write('score', '', 0o755);
    write('README.md', '');
    write('.hidden.js', '');
    mkdirSync(file('lib'));
    expect(list()).toEqual({
      modules: ['a=a.mjs', 'b=b.js'],
      executables: ['rate=rate.py', 'score=score'],
      findings: [],
    });
  });

  test('may be missing', () => {
    rmSync(file(''), { recursive: true });
    expect(list()).toEqual({ modules: [], executables: [], findings: [] });
  });

  test.each([
    ['a built-in name', () => write('Relay.js', ''), 'Relay.js:1:1: error component.reserved-name'],
    ['a name that no mapping says', () => write('a b.js', ''), 'a b.js:1:1: error component.invalid-name'],
    ['a link that leads out', () => link('../out.js', 'x.js'), 'x.js:1:1: error component.outside'],
    ['a link to an executable elsewhere', () => link('/bin/sh', 'x'), 'x:1:1: error component.outside'],
    [
      'a link that leads nowhere',
      () => symlinkSync('nowhere', file('x.js')),
      'x.js:1:1: error component.unreadable',
    ],
    [
      'a script that may not be executed',
      () => write('x.py', '#!/x'),
      'x.py:1:1: warning component.not-executable',
    ],
  ])('refuses %s', (_, make, expected) => {
    make();
    const { modules, executables, findings } = list();
    expect([modules, executables]).toEqual([[], []]);
    expect(findings).toEqual([expect.stringContaining(expected)]);
  });

  test('takes the first of two files of one name', () => {
    write('x.js', '');
    write('x.mjs', '');
    expect(list()).toMatchObject({
      modules: ['x=x.js'],
      findings: [expect.stringContaining('component.duplicate')],
    });
  });

  test('may hold links to what lies in it, and be a link itself', () => {
    mkdirSync(file('lib'));
    write('lib/real.js', '');
    symlinkSync('lib/real.js', file('x.js'));
    mkdirSync(join(root, 'linked'));
    symlinkSync(file(''), join(root, 'linked', 'components'));
    expect(list().modules).toEqual(['x=x.js']);
    expect(listComponents(join(root, 'linked'), builtIn).modules).toHaveLength(1);
  });
});

function link(target: string, name: string): void {
  writeFileSync(join(root, 'out.js'), '');
  symlinkSync(target, file(name));
}

describe('a module', () => {
  const load = async (withinMs?: number) => {
    const { components, findings } = await loadModules(listComponents(root, builtIn).modules, withinMs);
    return { components, findings: findings.map(shown) };
  };

  test('has methods, also when it exports no more than an object', async () => {
    write('x.js', 'export default { async m(body, context) { return [body, context.node]; }, n: () => 1 };');
    const { components, findings } = await load();
    expect(findings).toEqual([]);
    expect(Object.keys(components.get('x') ?? {})).toEqual(['m', 'n']);
    expect(await components.get('x')?.['m']?.(7, aContext())).toEqual([7, 'n']);
  });

  test.each([
    ['throws', 'throw new Error("no luck");', /error component\.load-failed cannot be loaded: no luck/],
    ['throws no error', 'throw 7;', /component\.load-failed cannot be loaded: 7/],
    ['is no JavaScript', 'export default {', /component\.load-failed/],
    ['imports what is not there', "import './gone.js';", /component\.load-failed .*gone\.js/],
    ['exports nothing', 'export const x = 1;', /component\.no-component/],
    ['exports no methods', 'export default {};', /component\.no-component/],
    ['exports a function', 'export default () => 1;', /component\.no-component/],
    ['has a method that is no function', 'export default { m: 1 };', /component\.invalid-method "m"/],
    ['has a method that no mapping names', 'export default { "a-b": () => 1 };', /invalid-method "a-b"/],
  ])('that %s is a finding, and the others are loaded', async (_, text, expected) => {
    write('x.js', text);
    write('y.js', 'export default { m: () => 1 };');
    const { components, findings } = await load();
    expect(findings).toEqual([expect.stringMatching(expected)]);
    expect([...components.keys()]).toEqual(['y']);
  });

  test('that never ends loading is a finding', async () => {
    write('x.js', 'await new Promise(() => {}); export default { m: () => 1 };');
    expect(await load(50)).toMatchObject({ findings: [expect.stringContaining('did not end within 50 ms')] });
  });

  test('that could not be loaded is known as broken, so that flows that need it say so', () => {
    write('x.js', 'throw 1');
    write('y', '', 0o755);
    const known = knownComponents(listComponents(root, builtIn), new Map());
    expect([...known]).toEqual([
      ['x', 'broken'],
      ['exec:y', 'unlisted'],
    ]);
  });
});

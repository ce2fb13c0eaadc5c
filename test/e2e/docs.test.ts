import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ActorSystem } from '../../src/actors/actor-system.ts';
import { createComponents, methodsOf } from '../../src/actors/components.ts';
import { parseFlows } from '../../src/flows/parse-flows.ts';
import { parseMappings } from '../../src/flows/parse-mappings.ts';
import { resolveFlows } from '../../src/flows/resolve.ts';
import { errorCodes } from '../../src/model/errors.ts';
import { eventTypes } from '../../src/model/event.ts';
import { formatFinding } from '../../src/model/finding.ts';
import { observerKinds } from '../../src/observers/kinds.ts';
import { parsePolicies } from '../../src/policies/parse-policies.ts';
import { type Page, parsePage } from './markdown.ts';
import { simpleCommands } from './shell-words.ts';
import { argumentsOf, problemOf } from './typed-command.ts';

/* What the documentation names is there: commands and their options, files, codes, types of events. */

const root = fileURLToPath(new URL('../../', import.meta.url));
const textOf = (path: string) => readFileSync(join(root, path), 'utf8');
const filesIn = (folder: string, ending: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name))
    .sort();

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...filesIn('docs', '.md'),
  ...filesIn('examples', '.md'),
].map((path) => parsePage(path, textOf(path)));
const sources = filesIn('src', '.ts').map((path) => ({ path, text: textOf(path) }));

/** Everything on a page for which `isWrong` gives a reason, with the page's name. */
function problems(of: (page: Page) => readonly (string | undefined)[]): string[] {
  return pages.flatMap((page) =>
    of(page).flatMap((problem) => (problem === undefined ? [] : `${page.path}: ${problem}`)),
  );
}

describe('commands', () => {
  test('every command that a page shows is one, with options that it has', async () => {
    const shown = pages.flatMap(({ path, commands }) => commands.map((words) => ({ path, words })));
    expect(shown.filter(({ words }) => argumentsOf(words)).length).toBeGreaterThan(20);
    const wrong: string[] = [];
    for (const { path, words } of shown) {
      const problem = await problemOf(words);
      if (problem !== undefined) wrong.push(`${path}: ${words.join(' ')}: ${problem}`);
    }
    expect(wrong).toEqual([]);
  });

  test.each([
    ['pzm upp'],
    ['pzm up --forever'],
    ['pzm up --for soon'],
    ['pzm flow show'],
    ['pzm down --format jsonl'],
    ['npx polar-zmanager check --all'],
    ['npm run chekc'],
    ['npm start -- --forever'],
  ])('"%s" would be found', async (line) => {
    for (const words of simpleCommands(line)) expect(await problemOf(words)).toBeTypeOf('string');
  });

  test('lines are read as a shell reads them', () => {
    expect(simpleCommands(`pzm push F '{"a": 1}' && cd x; pzm tap "a b" | head -1 & # pzm nothing`)).toEqual([
      ['pzm', 'push', 'F', '{"a": 1}'],
      ['cd', 'x'],
      ['pzm', 'tap', 'a b'],
      ['head', '-1'],
    ]);
  });
});

describe('files', () => {
  test('every link leads to a file', () => {
    expect(problems(({ path, links }) => links.map((link) => missing(join(dirname(path), link))))).toEqual(
      [],
    );
  });

  test('every path that a page names is there', () => {
    const isPath = (text: string) => /^(src|test|docs|scripts|\.ci)\/[\w./-]*$/.test(text);
    const named = ({ spans, commands }: Page) => [...spans, ...commands.flat()].filter(isPath);
    expect(pages.flatMap(named).length).toBeGreaterThan(100);
    expect(problems((page) => named(page).map(missing))).toEqual([]);
  });

  test('every name that a page places in a file stands in that file', () => {
    const placed = ({ text }: Page) => [...text.matchAll(/`(\w+)`\s+in\s+`(src\/[^`]+\.ts)`/g)];
    expect(pages.flatMap(placed).length).toBeGreaterThan(5);
    const isThere = (name: string, path: string) => new RegExp(`\\b${name}\\b`).test(textOf(path));
    expect(
      problems((page) =>
        placed(page).map(([what, name = '', path = '']) => (isThere(name, path) ? undefined : what)),
      ),
    ).toEqual([]);
  });

  test('every page can be reached from the README', () => {
    const reached = new Set(['README.md']);
    for (const from of reached) {
      const page = pages.find(({ path }) => path === from);
      for (const link of page?.links ?? []) reached.add(normalize(join(dirname(from), link)));
    }
    const others = pages.map(({ path }) => path).filter((path) => !reached.has(path));
    expect(others).toEqual(['CHANGELOG.md']);
  });
});

test('every file that a page shows as an example is one without problems', () => {
  const examples = pages.flatMap(({ text }) =>
    Array.from(
      text.matchAll(/^```ini\n; ((\w+)\/[\w-]+\.ini)\n(.*?)^```$/gms),
      ([, file = '', folder, body = '']) => {
        return { file, folder, body };
      },
    ),
  );
  const inFolder = (name: string) => examples.filter(({ folder }) => folder === name);
  expect(inFolder('policies').length).toBeGreaterThan(1);
  expect(inFolder('flows').length).toBeGreaterThan(0);

  const ofPolicies = inFolder('policies').flatMap(
    ({ file, body }) => parsePolicies([{ name: file, text: body }], observerKinds).findings,
  );
  const flows = inFolder('flows').map(({ file, body }) => parseFlows(body, file, 'user'));
  const mappings = inFolder('actionmappings').map(({ file, body }) => parseMappings(body, file, 'user'));
  const resolved = resolveFlows(
    new Map(flows.flatMap((parsed) => parsed.flows.map((flow) => [flow.name, flow]))),
    new Map(mappings.flatMap((parsed) => parsed.mappings.map((mapping) => [mapping.name, mapping]))),
    methodsOf(createComponents({ kinds: observerKinds, actors: new ActorSystem() })),
  );
  const ofFlows = [...flows, ...mappings, resolved].flatMap(({ findings }) => findings);
  expect([...ofPolicies, ...ofFlows].map(formatFinding)).toEqual([]);
});

describe('codes', () => {
  const areas = new Set([
    ...['ini', 'flow', 'mapping', 'policy', 'config'],
    ...Object.keys(errorCodes).map((code) => code.split('.')[0]),
  ]);
  const isFile = /\.(ini|sock|log|json|jsonl|md|ts|js)$/;
  const codesOn = ({ text }: Pick<Page, 'text'>) =>
    Array.from(text.matchAll(/(?<![\w./-])([a-z-]+)\.[a-z][a-z0-9-]*(?![\w/]|\.\w)/g))
      .filter(([code, area]) => areas.has(area!) && !isFile.test(code))
      .map(([code]) => code);

  test('every code that a page names is one', () => {
    expect(pages.flatMap(codesOn).length).toBeGreaterThan(80);
    expect(problems((page) => codesOn(page).map((code) => (isCode(code) ? undefined : code)))).toEqual([]);
    expect(isCode('policy.unknown-kee')).toBe(false);
  });

  test('every error code is on the page of error codes', () => {
    expect(
      Object.keys(errorCodes).filter((code) => !pageNamed('docs/errors.md').includes(`\`${code}\``)),
    ).toEqual([]);
  });

  test.each([
    ['flows and mappings', /^src\/(flows|ini)\//, /'((?:ini|flow|mapping)\.[a-z0-9-]+)'/g, 'docs/flows.md'],
    ['policies', /^src\/policies\//, /'(policy\.[a-z0-9-]+)'/g, 'docs/policies.md'],
    ['components', /^src\/components\//, /'(component\.[a-z0-9-]+)'/g, 'docs/components.md'],
    ['polar.ini', /^src\/config\//, /code: '(config\.[a-z0-9-]+)'/g, 'docs/configuration.md'],
  ])('every finding about %s is explained', (_, folder, literal, page) => {
    const codes = sources
      .filter(({ path }) => folder.test(path))
      .flatMap(({ text }) => Array.from(text.matchAll(literal), ([, code = '']) => code));
    expect(codes.length).toBeGreaterThan(0);
    expect(codes.filter((code) => !pageNamed(page).includes(`\`${code}\``))).toEqual([]);
  });

  test('every type of event that a page names is one', () => {
    const named = ({ text }: Page) =>
      Array.from(text.matchAll(/\bpolar\.(?:observation|policy)\.[a-z]+/g), ([type]) => type);
    expect(pages.flatMap(named).length).toBeGreaterThan(2);
    const known: readonly string[] = eventTypes;
    expect(problems((page) => named(page).map((type) => (known.includes(type) ? undefined : type)))).toEqual(
      [],
    );
  });
});

test('the pages that are written from tables are up to date', () => {
  const script = join(root, 'scripts', 'reference.mjs');
  const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

function missing(path: string): string | undefined {
  return existsSync(join(root, path)) ? undefined : `there is no ${path}`;
}

/** Written out somewhere, or, where a section's reader adds the area, under its name alone. */
function isCode(code: string): boolean {
  const [area = '', name = ''] = code.split('.');
  return sources.some(
    ({ path, text }) =>
      text.includes(`'${code}'`) ||
      (['policy', 'config'].includes(area) &&
        /^src\/(policies|config)\//.test(path) &&
        text.includes(`'${name}'`)),
  );
}

function pageNamed(path: string): string {
  return pages.find((page) => page.path === path)?.text ?? '';
}

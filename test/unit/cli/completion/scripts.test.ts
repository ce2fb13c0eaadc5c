import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { commandTable } from '../../../../src/cli/command-table.ts';
import { bashScript } from '../../../../src/cli/completion/bash.ts';
import { fishScript } from '../../../../src/cli/completion/fish.ts';
import { placesOf } from '../../../../src/cli/completion/places.ts';
import { zshScript } from '../../../../src/cli/completion/zsh.ts';
import { globalOptions } from '../../../../src/cli/program.ts';

const places = placesOf(
  commandTable.flatMap(({ commands }) => commands),
  globalOptions,
);

/** Asked as it asks the product; the answers are ours. */
const fakePzm = `pzm() {
  [[ "$1 $2" == 'completion --names' ]] || return 1
  case $3 in
    targets) printf '%s\\n' http:shop http:ship tls:shop ;;
    processes) printf '%s\\n' worker-1 worker-2 subject ;;
    flows) printf '%s\\n' Note Orders ;;
  esac
}`;

/** What a real bash offers for each of the lines, the cursor at the end. */
function offered(lines: readonly string[]): string[][] {
  const ask = lines
    .map((line) => `COMP_LINE=${quote(line)}; COMP_POINT=\${#COMP_LINE}; _pzm; echo "\${COMPREPLY[*]}"`)
    .join('\n');
  const script = `${fakePzm}\n${bashScript(places)}\n${ask}\n`;
  const { status, stdout, stderr } = spawnSync('bash', ['--norc'], { input: script, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split(' ').filter((word) => word !== ''));
}

const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
const has = (shell: string) => spawnSync(shell, ['--version']).status === 0;

describe('in bash', () => {
  test('every family offers its members, every command its options', () => {
    const lineOf = (path: string) => `pzm${path.replaceAll('/', ' ')}`;
    const families = places.filter(({ members }) => members.length > 0);
    expect(offered(families.map(({ path }) => `${lineOf(path)} `))).toEqual(
      families.map(({ members }) => members.map(([name]) => name)),
    );
    expect(offered(places.map(({ path }) => `${lineOf(path)} --`))).toEqual(
      places.map(({ options }) => [...options.map(({ long }) => `--${long}`), '--help']),
    );
  });

  test.each([
    ['pzm sta', ['state', 'status']],
    ['pzm flow st', ['step']],
    ['pzm flow step m', ['move']],
    ['polar-zmanager journal ver', ['verify']],
    ['pzm up --wo', ['--workers']],
    ['pzm state --format ', ['text', 'json', 'jsonl']],
    ['pzm --format json restart worker-1 wo', ['worker-1', 'worker-2']],
    ['pzm up --workers 3 --for', ['--for', '--format']],
    ['pzm down subject ', []],
    ['pzm flow show N', ['Note']],
    ['pzm completion ', ['bash', 'zsh', 'fish']],
    ['pzm check /et', ['/etc']],
    ['pzm scale ', []],
  ])('"%s" goes on with %j', (line, words) => {
    expect(offered([line])).toEqual([words]);
  });

  test('a target is completed behind its colon, where bash begins a new word', () => {
    expect(offered(['pzm history ht', 'pzm history http:sh', 'pzm tap tls:shop http:shi'])).toEqual([
      ['http:shop', 'http:ship'],
      ['shop', 'ship'],
      ['ship'],
    ]);
  });
});

/* Where a shell is not installed, its name says that nothing was tried. */
for (const [shell, script, args] of [
  ['zsh', zshScript, ['-n', '/dev/stdin']],
  ['fish', fishScript, ['--no-execute', '/dev/stdin']],
] as const) {
  const isThere = has(shell);
  test.runIf(isThere)(`${shell} reads its script${isThere ? '' : `: SKIPPED, no ${shell} here`}`, () => {
    const { status, stderr } = spawnSync(shell, args, { input: script(places), encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
}

test('the scripts of zsh and fish name every place, option and kind of names', () => {
  const [zsh, fish] = [zshScript(places), fishScript(places)];
  for (const { path, options } of places.filter(({ path }) => path !== '')) {
    expect(zsh, path).toContain(`'${path}'`);
    for (const { long } of options) {
      expect(zsh, `${path} --${long}`).toContain(`--${long}`);
      expect(fish, `${path} --${long}`).toMatch(new RegExp(`__pzm_is ${path}' .*-l ${long} `));
    }
  }
  for (const kind of ['targets', 'processes', 'flows']) {
    expect(zsh).toContain(`_pzm_offer_names ${kind}`);
    expect(fish).toContain(`completion --names ${kind}`);
  }
});

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeProject, pzm } from './command.ts';
import { openShell, type Shell } from './shell.ts';

let project: ReturnType<typeof makeProject>;
let shell: Shell;

beforeAll(() => {
  project = makeProject({
    'policies/shop.ini': '[http]\nevery = 1h\n\n[http:shop]\nurl = http://127.0.0.1:1/\n',
    'flows/note.ini': '[Note]\n?Note?Push\n?Note@PUBLISH?noted\n??done\n',
  });
  mkdirSync(join(project.folder, 'policies', 'draft'));
  // Broken, and still somebody's.
  writeFileSync(join(project.folder, 'policies', 'broken.ini'), '[tls:shop\n');
  shell = openShell(project.folder);
});

afterAll(async () => {
  await shell.close();
  project.remove();
});

test('a bash that was told completes what is typed, with the names of the project', async () => {
  expect(await shell.run('eval "$(pzm completion bash)"; complete -p pzm polar-zmanager')).toBe(
    'complete -F _pzm pzm\ncomplete -F _pzm polar-zmanager\n',
  );
  const ask = (line: string) =>
    shell.run(`COMP_LINE='${line}'; COMP_POINT=\${#COMP_LINE}; _pzm; echo "\${COMPREPLY[*]}"`);
  expect(await ask('pzm history http:s')).toBe('shop\n');
  expect(await ask('pzm flow show No')).toBe('Note\n');
  expect(await ask('pzm restart worker-')).toBe('worker-1 worker-2\n');
  expect(await ask('pzm journal ex')).toBe('export\n');
});

test('names are told one a line, and a shell that there is none for is asked about', async () => {
  expect(await pzm(['completion', '--names', 'targets'], project.folder)).toMatchObject({
    code: 0,
    stdout: 'http:shop\ntls:shop\n',
  });
  expect(await pzm(['completion', 'zhs'], project.folder)).toMatchObject({
    code: 2,
    stdout: '',
    stderr: 'error: There is no completion for "zhs".\n  → Did you mean "zsh"?\n',
  });
  expect((await pzm(['completion', '--names', 'cats'], project.folder)).code).toBe(2);
});

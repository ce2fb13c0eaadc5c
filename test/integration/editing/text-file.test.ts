import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readTextFile, replaceTextFile } from '../../../src/editing/text-file.ts';
import { takeExclusive } from '../../../src/supervision/exclusive-file.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pzm-text-'));
  path = join(folder, 'a.ini');
  writeFileSync(path, 'before\n');
});
afterEach(() => rmSync(folder, { recursive: true }));

const here = () => readdirSync(folder).sort();
const code = (action: () => void) => {
  try {
    action();
    return undefined;
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
};

describe('a file that is replaced', () => {
  test('has the new text and nothing beside it', () => {
    replaceTextFile(readTextFile(path), 'after\n');
    expect(readFileSync(path, 'utf8')).toBe('after\n');
    expect(here()).toEqual(['a.ini']);
  });

  test('keeps its mode', () => {
    chmodSync(path, 0o640);
    replaceTextFile(readTextFile(path), 'after\n');
    expect(statSync(path).mode & 0o7777).toBe(0o640);
  });

  test('is where a link leads to, and the link stays one', () => {
    const link = join(folder, 'link.ini');
    symlinkSync('a.ini', link);
    replaceTextFile(readTextFile(link), 'after\n');
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe('after\n');
  });

  test('keeps what its comments are written in', () => {
    const latin = Buffer.from('; Br\xfccke\r\n[A]\r\n', 'latin1');
    writeFileSync(path, latin);
    const read = readTextFile(path);
    replaceTextFile(read, `${read.text}?A?Push\r\n`);
    expect(readFileSync(path)).toEqual(Buffer.concat([latin, Buffer.from('?A?Push\r\n')]));
  });
});

test('a file that is new is made, with its folder', () => {
  const fresh = join(folder, 'flows', 'b.ini');
  replaceTextFile(readTextFile(fresh), 'new\n');
  expect(readFileSync(fresh, 'utf8')).toBe('new\n');
  expect(readdirSync(join(folder, 'flows'))).toEqual(['b.ini']);
});

describe('an edit that another one overtook is refused, and nothing is lost', () => {
  test('when the file was changed', () => {
    const read = readTextFile(path);
    writeFileSync(path, 'of another\n');
    expect(code(() => replaceTextFile(read, 'after\n'))).toBe('edit.overtaken');
    expect(readFileSync(path, 'utf8')).toBe('of another\n');
    expect(here()).toEqual(['a.ini']);
  });

  test('when the file was removed, or made', () => {
    const [read, other] = [readTextFile(path), readTextFile(join(folder, 'b.ini'))];
    rmSync(path);
    writeFileSync(join(folder, 'b.ini'), '');
    expect(code(() => replaceTextFile(read, 'after\n'))).toBe('edit.overtaken');
    expect(code(() => replaceTextFile(other, 'after\n'))).toBe('edit.overtaken');
    expect(here()).toEqual(['b.ini']);
  });

  test('while another process edits it', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const { release } = takeExclusive(join(folder, '.a.ini.edit'), {});
    release?.();
    writeFileSync(join(folder, '.a.ini.edit'), JSON.stringify({ pid: other.pid, processStart: '' }));
    expect(code(() => replaceTextFile(readTextFile(path), 'after\n'))).toBe('edit.overtaken');
    expect(readFileSync(path, 'utf8')).toBe('before\n');
    other.kill('SIGKILL');
    await once(other, 'exit');
    replaceTextFile(readTextFile(path), 'after\n');
    expect(readFileSync(path, 'utf8')).toBe('after\n');
  });
});

test('what an edit left that was killed is cleared away by the next one', async () => {
  const gone = spawn(process.execPath, ['-e', '0']);
  await once(gone, 'exit');
  writeFileSync(join(folder, '.a.ini.edit'), JSON.stringify({ pid: gone.pid, processStart: '1' }));
  writeFileSync(join(folder, `.a.ini.${gone.pid}.new`), 'half');
  replaceTextFile(readTextFile(path), 'after\n');
  expect(here()).toEqual(['a.ini']);
});

describe('an edit that is killed leaves the file whole, and the next one clears away what it left', () => {
  const program = fileURLToPath(new URL('./fixtures/edit-and-stop.mjs', import.meta.url));

  test.each([
    ['before it has the file to itself', 'linkSync', 1, 'before\n'],
    ['before anything is in the new file', 'writeFileSync', 2, 'before\n'],
    ['before the new file is durable', 'fsyncSync', 1, 'before\n'],
    ['before the new file is in place', 'renameSync', 1, 'before\n'],
    ['before its name is durable', 'fsyncSync', 2, 'after\n'],
  ])('%s', async (_, call, count, left) => {
    const edit = spawn(process.execPath, [program, path, 'after\n', call, String(count)]);
    const [said] = (await once(edit.stdout, 'data')) as [Buffer];
    expect(said.toString()).toBe('here');
    edit.kill('SIGKILL');
    await once(edit, 'exit');
    expect(readFileSync(path, 'utf8')).toBe(left);
    expect(here().length).toBeGreaterThan(1);
    replaceTextFile(readTextFile(path), 'next\n');
    expect(readFileSync(path, 'utf8')).toBe('next\n');
    expect(here()).toEqual(['a.ini']);
  });
});

test('what is no text, or leads nowhere, is not edited', () => {
  const link = join(folder, 'link.ini');
  symlinkSync('nowhere.ini', link);
  mkdirSync(join(folder, 'dir.ini'));
  writeFileSync(join(folder, 'wide.ini'), Buffer.from('\ufeff[A]\n', 'utf16le'));
  writeFileSync(join(folder, 'binary.ini'), Buffer.from([65, 0, 66]));
  for (const name of ['link.ini', 'dir.ini', 'wide.ini', 'binary.ini']) {
    expect(
      code(() => readTextFile(join(folder, name))),
      name,
    ).toBe('edit.unreadable');
  }
});

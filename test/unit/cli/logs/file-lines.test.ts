import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FileLines, followLines } from '../../../../src/cli/logs/file-lines.ts';

let folder: string;
let path: string;
let reading: FileLines | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'polar-lines-'));
  path = join(folder, 'polar.log');
});
afterEach(() => {
  reading?.close();
  rmSync(folder, { recursive: true });
});
const read = () => [...(reading?.read() ?? [])];

describe('the lines of a file', () => {
  it('come as they are written, each when it is whole', () => {
    writeFileSync(path, 'one\ntwo\nthr');
    reading = followLines(path);
    expect(read()).toEqual(['one', 'two']);
    expect(read()).toEqual([]);
    appendFileSync(path, 'ee\nüber');
    expect(read()).toEqual(['three']);
    appendFileSync(path, '\n');
    expect(read()).toEqual(['über']);
  });

  it('begin when there is a file', () => {
    reading = followLines(path);
    expect(read()).toEqual([]);
    writeFileSync(path, 'one\n');
    expect(read()).toEqual(['one']);
  });

  it('go on in the file that takes the place of one that was renamed, with none left out', () => {
    writeFileSync(path, 'one\n');
    reading = followLines(path);
    expect(read()).toEqual(['one']);
    appendFileSync(path, 'two\nlast without an end');
    renameSync(path, `${path}.1`);
    writeFileSync(path, 'three\n');
    expect(read()).toEqual(['two', 'last without an end', 'three']);
  });

  it('wait while the file is away', () => {
    writeFileSync(path, 'one\n');
    reading = followLines(path);
    expect(read()).toEqual(['one']);
    renameSync(path, `${path}.1`);
    expect(read()).toEqual([]);
    writeFileSync(path, 'two\n');
    expect(read()).toEqual(['two']);
  });

  it('begin anew in a file that was emptied', () => {
    writeFileSync(path, 'one, which is long\n');
    reading = followLines(path);
    expect(read()).toEqual(['one, which is long']);
    truncateSync(path, 0);
    appendFileSync(path, 'two\n');
    expect(read()).toEqual(['two']);
  });

  it('may leave out what is there already', () => {
    writeFileSync(path, 'one\n');
    reading = followLines(path, { isFromEnd: true });
    expect(read()).toEqual([]);
    appendFileSync(path, 'two\n');
    expect(read()).toEqual(['two']);
  });

  it('are whole, however long they are', () => {
    const long = 'ä'.repeat(400_000);
    writeFileSync(path, `${long}\nshort\n`);
    reading = followLines(path);
    expect(read()).toEqual([long, 'short']);
  });
});

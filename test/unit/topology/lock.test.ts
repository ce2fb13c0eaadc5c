import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findHolder, type LockHolder, takeLock } from '../../../src/topology/lock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pzm-lock-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const own = {
  pid: process.pid,
  startedAt: 1_700_000_000_000,
  version: '1',
  controlSocket: 'c',
  gatewaySocket: 'g',
};
const take = () => takeLock(folder, own);
const written = () => JSON.parse(readFileSync(join(folder, 'lock'), 'utf8')) as LockHolder;

function leaveLock(text: string): void {
  writeFileSync(join(folder, 'lock'), text);
}

/** A process that has ended, so that its pid is nobody's. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '0']);
  await once(child, 'exit');
  return child.pid!;
}

test('a lock says who holds it, for every command to find, until it is released', () => {
  expect(findHolder(folder)).toBeUndefined();
  const lock = take();
  expect(findHolder(folder)).toMatchObject(own);
  lock.release();
  expect(findHolder(folder)).toBeUndefined();
  expect(readdirSync(folder)).toEqual([]);
});

test('the folder is made when it is not there', () => {
  const inner = join(folder, 'a', 'b');
  takeLock(inner, own).release();
  expect(readdirSync(inner)).toEqual([]);
});

test('a live one is refused, and named', () => {
  const lock = take();
  expect(take).toThrowError(
    expect.objectContaining({
      code: 'node.locked',
      message: expect.stringContaining(`pid ${process.pid}, since 2023-11-14`),
    }),
  );
  expect(readdirSync(folder)).toEqual(['lock']);
  expect(findHolder(folder)).toMatchObject(own);
  lock.release();
});

test('of a process that is gone is taken over', async () => {
  leaveLock(JSON.stringify({ ...own, pid: await deadPid(), processStart: '1' }));
  expect(findHolder(folder)).toBeUndefined();
  const lock = take();
  expect(written().pid).toBe(process.pid);
  lock.release();
  expect(readdirSync(folder)).toEqual([]);
});

test('of an earlier process with a pid that another one has now is taken over', () => {
  leaveLock(JSON.stringify({ ...own, pid: process.ppid, processStart: 'long ago' }));
  expect(findHolder(folder)).toBeUndefined();
  take().release();
});

test.each([
  ['nothing', ''],
  ['half a lock', '{"pid": 1'],
  ['no lock', 'null'],
  ['no process', '{"pid": "one"}'],
  ['every process', '{"pid": -1}'],
  ['bytes', '\0\xff\0'],
])('with %s in its file is taken over', (_, text) => {
  leaveLock(text);
  expect(findHolder(folder)).toBeUndefined();
  const lock = take();
  expect(written().pid).toBe(process.pid);
  lock.release();
});

test('is not released by whoever lost it', () => {
  const lock = take();
  leaveLock(JSON.stringify({ ...own, pid: process.ppid, processStart: '' }));
  lock.release();
  expect(findHolder(folder)?.pid).toBe(process.ppid);
});

test('in a folder that cannot be is io.unwritable', () => {
  leaveLock('');
  expect(() => takeLock(join(folder, 'lock', 'data'), own)).toThrowError(
    expect.objectContaining({ code: 'io.unwritable' }),
  );
});

import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkFolders } from '../../../src/doctor/folders.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'pzm-dr-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const checked = (part: { dataDir?: string; runDir?: string } = {}) =>
  checkFolders({ dataDir: join(root, 'data'), runDir: join(root, 'run'), ...part });
const found = (name: string, checks = checked()) => checks.find((check) => check.name === name);

describe('the folders of a node', () => {
  it('that are not there yet are made by its start', () => {
    expect(found('data folder')).toMatchObject({
      state: 'ok',
      message: expect.stringContaining('next start'),
    });
    expect(found('disk')?.message).toContain('free');
  });

  it('that nobody else can look into are fine, others are not', () => {
    mkdirSync(join(root, 'data'), { mode: 0o700 });
    expect(found('data folder')).toMatchObject({ state: 'ok' });
    chmodSync(join(root, 'data'), 0o755);
    expect(found('data folder')).toMatchObject({
      state: 'warning',
      message: expect.stringContaining('0755'),
      fix: expect.stringContaining('chmod 700'),
    });
  });

  it('that are files are errors', () => {
    writeFileSync(join(root, 'run'), '');
    expect(found('run directory')).toMatchObject({
      state: 'error',
      fix: expect.stringContaining('[run] dir'),
    });
  });

  it('must have short paths, for the sockets', () => {
    expect(found('socket paths')).toBeUndefined();
    const checks = checked({ runDir: join(root, 'x'.repeat(90)) });
    expect(found('socket paths', checks)).toMatchObject({ state: 'error', fix: expect.any(String) });
  });
});

import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadPolicies, policySetLimitBytes } from '../../../src/policies/load.ts';

let project: string;
let folder: string;

beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'policies-'));
  folder = join(project, 'policies');
  await mkdir(folder);
});
afterEach(() => rm(project, { recursive: true }));

describe('loadPolicies', () => {
  it('reads the .ini files of the folder, by name, as they lie there', async () => {
    await writeFile(join(folder, 'b.ini'), '\uFEFF[policy]\r\n');
    await writeFile(join(folder, 'a.ini'), '; a');
    await writeFile(join(folder, 'notes.md'), 'no');
    await writeFile(join(folder, '.#a.ini'), 'no');
    expect(await loadPolicies(folder)).toEqual({
      files: [
        { name: 'policies/a.ini', text: '; a' },
        { name: 'policies/b.ini', text: '\uFEFF[policy]\r\n' },
      ],
      findings: [],
    });
  });

  it('takes a folder that is missing for a mistake', async () => {
    const { files, findings } = await loadPolicies(join(project, 'nowhere'));
    expect(files).toEqual([]);
    expect(findings).toMatchObject([{ code: 'policy.no-folder', severity: 'error', file: 'nowhere' }]);
  });

  it('reports what is no text, no file or too large, and reads the rest', async () => {
    await writeFile(join(folder, 'bytes.ini'), Buffer.from([0xff, 0xfe, 0x00]));
    await mkdir(join(folder, 'folder.ini'));
    await writeFile(join(folder, 'huge.ini'), '');
    await truncate(join(folder, 'huge.ini'), policySetLimitBytes + 1);
    await writeFile(join(folder, 'sound.ini'), '');
    const { files, findings } = await loadPolicies(folder);
    expect(files).toEqual([{ name: 'policies/sound.ini', text: '' }]);
    expect(findings.map(({ file, code }) => [file, code])).toEqual([
      ['policies/bytes.ini', 'policy.unreadable'],
      ['policies/folder.ini', 'policy.not-a-file'],
      ['policies/huge.ini', 'policy.too-large'],
    ]);
  });

  it('throws io.failed when the folder is none', async () => {
    await writeFile(join(project, 'file'), '');
    await expect(loadPolicies(join(project, 'file'))).rejects.toMatchObject({ code: 'io.failed' });
  });
});

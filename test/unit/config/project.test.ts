import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadProject } from '../../../src/config/project.ts';
import { hasCode, type PolarError } from '../../../src/model/errors.ts';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'polar-project-')));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (text: string) => writeFileSync(join(folder, 'polar.ini'), text);
const failure = (start: string): PolarError => {
  try {
    loadProject(start);
  } catch (error) {
    return error as PolarError;
  }
  throw new Error('it was loaded');
};

describe('a project', () => {
  it('is found by its folder and by its file', () => {
    write('');
    const project = loadProject(folder);
    expect(project).toMatchObject({
      root: folder,
      dataDir: join(folder, '.polar'),
      settings: { workers: 2 },
    });
    expect(loadProject(join(folder, 'polar.ini'))).toEqual(project);
  });

  it('is the same one through a link', () => {
    mkdirSync(join(folder, 'real'));
    writeFileSync(join(folder, 'real', 'polar.ini'), '');
    symlinkSync(join(folder, 'real'), join(folder, 'link'));
    expect(loadProject(join(folder, 'link'))).toEqual(loadProject(join(folder, 'real')));
  });

  it('takes paths from its file on, and what the command line says over it', () => {
    write('[journal]\ndir = data\n[run]\ndir = /run/x\n[topology]\nworkers = 3\n');
    expect(loadProject(folder, { workers: 5 })).toMatchObject({
      dataDir: join(folder, 'data'),
      runDir: '/run/x',
      settings: { workers: 5 },
    });
  });

  it('that is missing names both ways out', () => {
    const error = failure(folder);
    expect(hasCode(error, 'project.missing')).toBe(true);
    expect(error.message).toContain(folder);
    expect(error.hint).toMatch(/init.*--demo/);
  });

  it('with problems is refused with all of them', () => {
    write('[node]\nname = a.b\n[topology]\nworkers = 0\n');
    const error = failure(folder);
    expect(hasCode(error, 'config.invalid')).toBe(true);
    expect(error.findings.map(({ file, line }) => [file, line])).toEqual([
      [join(folder, 'polar.ini'), 2],
      [join(folder, 'polar.ini'), 4],
    ]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultRunDir } from '../../../src/config/run-dir.ts';

const machine = { runtimeDir: '/run/user/1000', temporaryDir: '/tmp', userId: 1000 };

describe('the default run directory', () => {
  it('lies under the runtime directory, else among temporary files', () => {
    expect(defaultRunDir('/p/.polar', machine)).toMatch(/^\/run\/user\/1000\/polar-zmanager\/[0-9a-f]{8}$/);
    expect(defaultRunDir('/p/.polar', { ...machine, runtimeDir: undefined })).toMatch(
      /^\/tmp\/polar-zmanager-1000\/[0-9a-f]{8}$/,
    );
  });

  it('does not trust a runtime directory that is no absolute path', () => {
    expect(defaultRunDir('/p/.polar', { ...machine, runtimeDir: 'run' })).toMatch(/^\/tmp\//);
  });

  it('differs between folders of data, and is the same for the same', () => {
    expect(defaultRunDir('/a', machine)).not.toBe(defaultRunDir('/b', machine));
    expect(defaultRunDir('/a', machine)).toBe(defaultRunDir('/a', machine));
  });

  it('leaves room for socket names, however long the folders of the machine are', () => {
    const path = fc
      .string({ unit: fc.constantFrom('a', 'é', '/'), maxLength: 200 })
      .map((tail) => `/${tail}`);
    fc.assert(
      fc.property(path, path, path, (dataDir, runtimeDir, temporaryDir) => {
        const runDir = defaultRunDir(dataDir, { runtimeDir, temporaryDir, userId: 1000 });
        expect(Buffer.byteLength(runDir)).toBeLessThanOrEqual(72);
      }),
    );
  });
});

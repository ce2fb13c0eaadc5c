import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { file } from '../../../src/observers/file.ts';
import type { Place, Subject } from '../observer.ts';

/** A folder of its own, filled as told; what is looked at lies in it. */
export async function folder(
  fill: (root: string) => Promise<Readonly<Record<string, string>>>,
): Promise<Place> {
  const root = await mkdtemp(join(tmpdir(), 'polar-file-'));
  const settings = await fill(root);
  return { settings, close: () => rm(root, { recursive: true, force: true }) };
}

/** Takes no room on the disk, and half a second to hash. */
async function sparse(path: string, sizeBytes: number): Promise<void> {
  await writeFile(path, '');
  await truncate(path, sizeBytes);
}

const gib = 1024 * 1024 * 1024;

export const fileSubject: Subject = {
  kind: file,
  healthy: () =>
    folder(async (root) => {
      await mkdir(join(root, 'conf.d'));
      await writeFile(join(root, 'conf.d/shop.conf'), 'listen 80;\n');
      await symlink('conf.d', join(root, 'link'));
      execFileSync('mkfifo', [join(root, 'pipe')]);
      return { path: root };
    }),
  measures: ['age_ms', 'size_bytes'],
  slow: () =>
    folder(async (root) => {
      await sparse(join(root, 'zeros'), gib);
      return { path: join(root, 'zeros'), max_size: '1024MiB' };
    }),
  faults: [
    [
      'a file that is larger than is read',
      'too-large',
      () =>
        folder(async (root) => {
          await sparse(join(root, 'zeros'), gib);
          return { path: root, max_size: '64KiB' };
        }),
    ],
    [
      'a link that leads to itself on the way',
      'unreadable',
      () =>
        folder(async (root) => {
          await symlink('loop', join(root, 'loop'));
          return { path: join(root, 'loop/file') };
        }),
    ],
    [
      'a file that cannot be read, even by root',
      'unreadable',
      async () => ({ settings: { path: '/proc/self/mem' }, close: async () => {} }),
    ],
  ],
  identity: {
    settings: { path: '/etc/nginx/sites enabled/*.conf' },
    group: 'localhost',
    resource: 'file:///etc/nginx/sites%20enabled/*.conf',
  },
};

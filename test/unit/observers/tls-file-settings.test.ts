import { expect, it } from 'vitest';
import { file } from '../../../src/observers/file.ts';
import type { ObserverKind } from '../../../src/observers/observer.ts';
import { tls } from '../../../src/observers/tls.ts';
import { readWritten, settingsOf } from '../../contract/observer/settings-of.ts';

it.each<[ObserverKind, Record<string, string>]>([
  [tls, { host: 'shop:8443', server_name: 'Shop.example', ca: '/etc/ca.pem', min_version: 'TLSv1' }],
  [file, { path: '/etc/**', recursive: 'false', hash: 'false', max_size: '1MiB' }],
])('gives settings that travel as JSON', (kind, written) => {
  const settings = settingsOf(kind, written);
  expect(JSON.parse(JSON.stringify(settings))).toEqual(settings);
});

it('needs only a host, or a path', () => {
  expect(settingsOf(tls, { host: 'shop' })).toMatchObject({ host: 'shop', min_version: 'TLSv1.2' });
  expect(settingsOf(file, { path: '/etc/hosts' })).toEqual({
    path: '/etc/hosts',
    recursive: true,
    hash: true,
    max_size: 64 * 1024 * 1024,
  });
});

it.each<[ObserverKind, string, string, string]>([
  [tls, 'host', 'https://shop/', 'must be a host and port'],
  [tls, 'server_name', 'shop:443', 'must be a name'],
  [tls, 'ca', 'our-ca.pem', 'must be an absolute path'],
  [tls, 'min_version', 'SSLv3', 'must be one of TLSv1, '],
  [file, 'path', 'etc/hosts', 'must be an absolute path'],
  [file, 'hash', 'yes', 'must be true or false'],
])('refuses, of $kind, %s = %s', (kind, key, value, problem) => {
  const needed: Record<string, string> = kind === tls ? { host: 'shop' } : { path: '/etc/hosts' };
  const { findings } = readWritten(kind, { ...needed, [key]: value });
  expect(findings.map(({ message }) => message)).toEqual([expect.stringContaining(problem)]);
});

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pzm } from './command.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pzm-certs-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const certs = [
  'certs/ca.pem',
  'certs/server.pem',
  'certs/server.key',
  'certs/client.pem',
  'certs/client.key',
];

describe('init --dev-certs', () => {
  test('makes a project with certificates, and says what to do with them', async () => {
    const { code, stdout, stderr } = await pzm(['init', 'watch', '--dev-certs'], folder);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `created polar.ini policies/ flows/ actionmappings/ components/ ${certs.join(' ')} certs/.gitignore\n`,
    });
    expect(stderr).toMatch(
      /^For development only, until \d{4}-\d\d-\d\d: .*localhost.*"polar"\.\n.*polar\.ini:\n/,
    );
    expect(stderr).toContain(
      '\n  [broker]\n  url = amqps://localhost:5671\n  ca = certs/ca.pem\n  cert = certs/client.pem\n  key = certs/client.key\n',
    );
    expect(await pzm(['check'], join(folder, 'watch'))).toMatchObject({ code: 0 });
  });

  test('adds them to a project that is there, wherever it is called from, once', async () => {
    expect(await pzm(['init', 'watch'], folder)).toMatchObject({ code: 0 });
    const again = ['init', '--dev-certs', '--config', join('watch', 'polar.ini'), '--format', 'json'];
    const { code, stdout } = await pzm(again, folder);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ created: [...certs, 'certs/.gitignore'] });
    expect(readdirSync(folder)).toEqual(['watch']);

    const refused = await pzm(again, folder);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toMatch(/^error: There is certs in .*watch already\.\n {2}→ Move it away/);
  });

  test('makes no project where there are certificates already', async () => {
    expect(await pzm(['init', 'a', '--dev-certs'], folder)).toMatchObject({ code: 0 });
    rmSync(join(folder, 'a', 'polar.ini'));
    expect(await pzm(['init', 'a', '--dev-certs'], folder)).toMatchObject({ code: 2 });
    expect(readdirSync(join(folder, 'a'))).not.toContain('polar.ini');
  });
});

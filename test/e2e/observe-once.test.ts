import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import * as servers from '../contract/observer/servers.ts';
import { makeProject, pzm } from './command.ts';

let project: ReturnType<typeof makeProject>;
beforeEach(() => {
  project = makeProject({});
});
afterEach(() => project.remove());

it('a file is observed, and saved as a policy that finds it from anywhere', async () => {
  writeFileSync(join(project.folder, 'shop.conf'), 'listen 80;\n');
  const { code, stdout } = await pzm(['observe', 'file', 'shop.conf', '--save', 'conf'], project.folder);
  expect(stdout).toMatch(
    /^facts {4}exists true · type file · size_bytes 11 · mode \d{4} · uid \d+ · hash [0-9a-f]{12}\nmeasures age .*\nsaved {4}policies\/conf\.ini \[file:conf\] every = 30s, expect\.exists = true\n$/,
  );
  expect(code).toBe(0);
  expect(readFileSync(join(project.folder, 'policies/conf.ini'), 'utf8')).toMatch(
    /^path = \/.*\/shop\.conf$/m,
  );
  expect(await pzm(['check'], project.folder)).toMatchObject({ code: 0 });
});

it('a TLS server is observed, and saved with what is worth expecting of it', async () => {
  const server = await servers.serve(servers.neverAnswers, 'https');
  const { host } = new URL(server.url);
  const { code, stdout } = await pzm(['observe', 'tls', host, '--save', 'cert'], project.folder);
  await server.close();
  expect(stdout).toMatch(/^facts {4}chain self-signed · protocol TLSv1\.3 · issuer CN=localhost · /);
  expect(stdout).toMatch(/every = 6h, expect\.chain = self-signed, expect\.days_left = > 21\n$/);
  expect(code).toBe(0);
  expect(await pzm(['check'], project.folder)).toMatchObject({ code: 0 });
});

it.each([
  [['tls', 'https://shop/'], 'pzm observe tls shop.example.com:443'],
  [['http', 'shop'], 'pzm observe http https://shop.example.com/health'],
])('what an observer cannot look at is refused with an example: %j', async (args, example) => {
  const { code, stderr } = await pzm(['observe', ...args], project.folder);
  expect(code).toBe(2);
  expect(stderr).toContain(example);
});

import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeProject, pzm } from './command.ts';

let server: Server;
let answers = true;
let project: ReturnType<typeof makeProject>;

beforeAll(async () => {
  server = createServer((_, response) => {
    if (answers) response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  project = makeProject({});
  observe('shop');
});

afterAll(async () => {
  // A look that waits for its answer would hold up the drain.
  server.close();
  server.closeAllConnections();
  await pzm(['down'], project.folder);
  project.remove();
});

/** An hour's interval: what is not looked at now is not looked at while this runs. */
function observe(domain: string): void {
  const { port } = server.address() as AddressInfo;
  const text = `[http:${domain}]\nurl = http://127.0.0.1:${port}/\nevery = 1h\ntimeout = 1m\nexpect.status = 204\n\n[http:nightly]\nurl = http://127.0.0.1:${port}/\ncron = 0 3 29 2 *\n`;
  writeFileSync(join(project.folder, 'policies', 'own.ini'), text);
}

test('up --wait returns when every target was looked at, whatever was found, but those of a cron', async () => {
  expect(await pzm(['up', '--wait'], project.folder)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^ready in .* · 7 processes/),
  });
  const { stdout } = await pzm(['state', 'http:shop'], project.folder);
  expect(stdout).toMatch(/^http:shop +VIOLATED/i);
});

test('up --wait of a node that was down is ready by what is known', async () => {
  answers = false;
  expect(await pzm(['down'], project.folder)).toMatchObject({ code: 0 });
  expect(await pzm(['up', '-d', '--wait'], project.folder)).toMatchObject({ code: 0 });
  expect(await pzm(['down'], project.folder)).toMatchObject({ code: 0 });
});

test('up --wait says what is missing when its time is over, and the node runs on', async () => {
  observe('silent');
  const { code, stdout, stderr } = await pzm(['up', '-d', '--wait', '--timeout', '6s'], project.folder);
  expect({ code, stdout }).toEqual({ code: 69, stdout: '' });
  expect(stderr).toMatch(
    /^error: Not ready within 6 s: (http:silent was not looked at yet|policy [0-9a-f]+ is not in force yet|it is still starting)/,
  );
  expect(stderr).toMatch(/→ The node runs on/);
});

test('a demo is not waited for', async () => {
  expect((await pzm(['up', '--demo', '--wait'], project.folder)).code).toBe(2);
});

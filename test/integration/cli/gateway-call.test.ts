import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callGateway } from '../../../src/cli/gateway-call.ts';
import type { Project } from '../../../src/config/project.ts';
import { type Lock, takeLock } from '../../../src/topology/lock.ts';

let root: string;
let server: Server | undefined;
let lock: Lock | undefined;
let asked: { method: string | undefined; url: string | undefined; body: string }[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'polar-gateway-'));
  asked = [];
});
afterEach(async () => {
  lock?.release();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  rmSync(root, { recursive: true });
  [server, lock] = [undefined, undefined];
});

/** A node whose gateway always gives one answer. */
async function nodeThatAnswers(status: number, answer: unknown): Promise<void> {
  const gatewaySocket = join(root, 'gateway.sock');
  const sockets = { controlSocket: join(root, 'control.sock'), gatewaySocket };
  lock = takeLock(root, { pid: process.pid, startedAt: 0, version: '0', ...sockets });
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    asked.push({ method: request.method, url: request.url, body });
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server?.listen(gatewaySocket, resolve));
}

const call = (options: Partial<Parameters<typeof callGateway>[2]> = {}) =>
  callGateway({ root, dataDir: root } as Project, '/push/Orders', {
    waitMs: undefined,
    body: '{}',
    ...options,
  });

describe('a push to the running node', () => {
  it('says what is to be done, and hands back what was done', async () => {
    const settled = {
      id: 'a',
      state: 'settled',
      outcome: 'completed',
      reason: '',
      records: { first: 7, count: 1 },
    };
    await nodeThatAnswers(200, settled);
    expect(await call({ id: 'a', key: 'n.command.push.x', waitMs: 1500, body: '{"a":1}' })).toEqual(settled);
    expect(asked).toEqual([
      {
        method: 'POST',
        url: '/push/Orders?id=a&key=n.command.push.x&wait=settled&timeout=1500ms',
        body: '{"a":1}',
      },
    ]);
  });

  it('that is not settled in time is accepted all the same', async () => {
    await nodeThatAnswers(504, { id: 'a', state: 'accepted' });
    expect(await call({ waitMs: 10 })).toEqual({ id: 'a', state: 'accepted' });
  });

  it('that is refused fails with the code, the words and the advice of the node', async () => {
    await nodeThatAnswers(404, { code: 'flow.unknown', message: 'There is no flow "Oders".', hint: 'Look.' });
    await expect(call()).rejects.toMatchObject({
      code: 'flow.unknown',
      message: 'There is no flow "Oders".',
      hint: 'Look.',
    });
  });

  it('that is refused in a way we do not know is still refused', async () => {
    await nodeThatAnswers(500, { code: 'toString' });
    await expect(call()).rejects.toMatchObject({ code: 'control.refused' });
  });

  it('without a node says how to start one', async () => {
    await expect(call()).rejects.toMatchObject({
      code: 'node.not-running',
      hint: expect.stringContaining('up -d'),
    });
  });
});

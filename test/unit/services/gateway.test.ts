import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request as httpRequest, type Server } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RowOutcome } from '../../../src/journal/journal.ts';
import { encodeEnvelope } from '../../../src/model/envelope.ts';
import { PolarError } from '../../../src/model/errors.ts';
import type { ParkedRow } from '../../../src/model/run.ts';
import type { Tasking } from '../../../src/model/tasking.ts';
import type { Push } from '../../../src/services/admissions.ts';
import { createGateway } from '../../../src/services/gateway.ts';
import type { Guard } from '../../../src/services/guard.ts';
import { aTarget } from '../model/arbitraries.ts';
import { anEnvelope } from '../model/envelopes.ts';

let root: string;
let socketPath: string;
let server: Server;
let pushed: Push[];
let outcomes: Map<string, RowOutcome>;
let checks: Set<() => void>;
let guard: Guard;
let answered: number[];
let admit: (push: Push) => Promise<void>;

const now = 1_700_000_000_000;
const tasking: Tasking = {
  revision: 'r1',
  hash: 'h1',
  serial: 1,
  targets: [
    aTarget(),
    aTarget({ name: 'http:api', domain: 'api' }),
    aTarget({ name: 'openapi:api', kind: 'openapi', domain: 'api' }),
  ],
};

const waiting = new Map<string, ParkedRow>();

beforeEach(async () => {
  waiting.clear();
  root = mkdtempSync(join(tmpdir(), 'gateway-'));
  socketPath = join(root, 'gateway.sock');
  pushed = [];
  outcomes = new Map();
  checks = new Set();
  admit = async () => {};
  guard = () => undefined;
  answered = [];
  const gateway = createGateway({
    node: 'anna',
    admit: (push) => {
      pushed.push(push);
      return admit(push);
    },
    targets: () => tasking,
    flows: () => new Set(['Orders', 'My.Flow', 'ObserveTarget']),
    parkedRow: (correlationId) => waiting.get(correlationId),
    maxBodyBytes: 1000,
    outcomeOf: (id) => outcomes.get(id),
    onSettled: (check) => {
      checks.add(check);
      return () => checks.delete(check);
    },
    acceptWithinMs: 50,
    guard: (claim) => guard(claim),
    views: { '/readyz': async () => ({ status: 200, body: { ready: true } }) },
    onAnswer: (status) => answered.push(status),
    now: () => now,
  });
  server = createServer(gateway);
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(root, { recursive: true });
  expect(checks.size).toBe(0);
});

const settled: RowOutcome = {
  state: 'settled',
  outcome: 'completed',
  reason: '',
  records: { first: 7, count: 1 },
  time: now,
};

describe('a push', () => {
  it('is answered when it is accepted', async () => {
    const { status, body } = await post('/push/Orders?id=order-7', '{"order":7}');
    expect([status, body]).toEqual([202, { id: 'order-7', state: 'accepted' }]);
    expect(pushed).toEqual([
      {
        id: 'order-7',
        flow: 'Orders',
        key: 'anna.command.push.Orders',
        subject: '',
        group: '',
        deadline: 0,
        traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/) as string,
        body: Buffer.from('{"order":7}'),
      },
    ]);
  });

  it('gets an id when it brings none', async () => {
    const { body } = await post('/push/Orders', '1');
    expect(pushed).toMatchObject([{ id: (body as { id: string }).id }]);
    expect(pushed[0]?.id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('has the id of its header Idempotency-Key', async () => {
    const headers = { 'idempotency-key': 'order-7' };
    expect(await post('/push/Orders', '1', { headers })).toMatchObject({ body: { id: 'order-7' } });
    expect(await post('/push/Orders?id=order-7', '1', { headers })).toMatchObject({ status: 202 });
    expect(await post('/push/Orders?id=order-8', '1', { headers })).toMatchObject({
      status: 400,
      body: { code: 'usage.invalid' },
    });
    expect(await post('/push/Orders', '1', { headers: { 'idempotency-key': 'a b' } })).toMatchObject({
      status: 409,
      body: { code: 'push.invalid-id' },
    });
  });

  it('goes on in the trace that it comes from, or begins one', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await post('/push/Orders', '1', { headers: { traceparent } });
    await post('/push/Orders', '1', { headers: { traceparent: 'nonsense' } });
    expect(pushed[0]?.traceparent).toBe(traceparent);
    expect(pushed[1]?.traceparent).toMatch(/^00-[0-9a-f]{32}-/);
  });

  it('carries the key and the subject that it names', async () => {
    await post('/push/Orders?key=anna.event.http.shop&subject=bob.event.http.shop', '1');
    expect(pushed).toMatchObject([{ key: 'anna.event.http.shop', subject: 'bob.event.http.shop' }]);
  });

  it('has a key that is a subject name, whatever the flow is called', async () => {
    await post('/push/My%2EFlow', '1');
    expect(pushed).toMatchObject([{ flow: 'My.Flow', key: 'anna.command.push.My-Flow' }]);
  });

  it('without a body is null', async () => {
    await post('/push/Orders', '');
    expect(String(pushed[0]?.body)).toBe('null');
  });
});

describe('an answer', () => {
  const record = encodeEnvelope(anEnvelope({ flow: 'Orders', key: 'anna.command.push.Orders' }));
  const row = {
    correlationId: 'c 1',
    id: 'o',
    key: 'anna.command.push.Orders',
    deadline: 1,
    remaining: [],
    record,
    isNew: false,
  };

  it('goes to the task that waits under its correlation id, with that task’s key', async () => {
    waiting.set('c 1', row);
    const { status } = await post('/push/Orders?correlation=c%201&id=a', 'true');
    expect(status).toBe(202);
    expect(pushed).toMatchObject([{ id: 'a', flow: 'Answer', key: 'anna.command.push.Orders' }]);
    expect(JSON.parse(String(pushed[0]?.body))).toEqual({ correlationId: 'c 1', answer: true });
  });

  it.each(['/push/Orders?correlation=other', '/push/My.Flow?correlation=c%201'])(
    'that nobody waits for is refused: %s',
    async (path) => {
      waiting.set('c 1', row);
      expect(await post(path, 'true')).toMatchObject({ status: 404, body: { code: 'correlation.unknown' } });
      expect(pushed).toEqual([]);
    },
  );
});

describe('a push that waits', () => {
  it('is answered when it is settled, with its records', async () => {
    const answer = post('/push/Orders?id=a&wait=settled', '1');
    await ring('a', settled);
    expect(await answer).toMatchObject({
      status: 200,
      body: { id: 'a', state: 'settled', outcome: 'completed', reason: '', records: { first: 7, count: 1 } },
    });
  });

  it('goes on waiting when another one is settled', async () => {
    const answer = post('/push/Orders?id=a&wait=settled', '1');
    await ring('b', settled);
    await ring('a', { ...settled, outcome: 'dead-lettered', reason: 'action.failed' });
    expect(await answer).toMatchObject({ body: { outcome: 'dead-lettered', reason: 'action.failed' } });
  });

  it('is answered by its id, whatever has become of what it was for', async () => {
    outcomes.set('a', settled);
    expect(await post('/push/Gone?id=a&wait=settled', '1')).toMatchObject({ status: 200 });
    expect(await post('/push/Gone?id=a', '1')).toMatchObject({ status: 202 });
    expect(await post('/observe/gone?id=a', '')).toMatchObject({ status: 202 });
    expect(await post('/push/Gone?id=b', '1')).toMatchObject({ status: 404 });
    expect(pushed).toEqual([]);
  });

  it('is answered at once when its id is settled already', async () => {
    outcomes.set('a', settled);
    expect(await post('/push/Orders?id=a&wait=settled', '1')).toMatchObject({ status: 200 });
  });

  it('is told that it is accepted when the time is over', async () => {
    const { status, body } = await post('/push/Orders?id=a&wait=settled&timeout=10ms', '1');
    expect([status, body]).toEqual([504, { id: 'a', state: 'accepted' }]);
  });

  it('is forgotten when the client goes away', async () => {
    const client = connect(socketPath);
    client.write('POST /push/Orders?wait=settled HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\n\r\n1');
    await until(() => checks.size === 1);
    client.destroy();
    await until(() => checks.size === 0);
  });
});

describe('an observation', () => {
  it('is a tick that was never due, in the order of the target', async () => {
    expect(await post('/observe/http:shop?id=a', '')).toMatchObject({ status: 202 });
    const [push] = pushed;
    expect(push).toMatchObject({
      flow: 'ObserveTarget',
      key: 'anna.event.http.shop',
      group: 'shop.example:80',
    });
    expect(push?.deadline).toBeGreaterThan(now);
    expect(JSON.parse(String(push?.body))).toEqual({
      target: JSON.parse(JSON.stringify(tasking.targets[0])),
      policy: { revision: 'r1', hash: 'h1' },
      serial: 1,
      due: null,
      skipped: 0,
    });
  });

  it('may name the target by its domain where that is enough', async () => {
    expect(await post('/observe/shop', '')).toMatchObject({ status: 202 });
    expect(await post('/observe/api', '')).toMatchObject({
      status: 404,
      body: { code: 'target.unknown', message: '"api" is more than one target: http:api, openapi:api.' },
    });
  });
});

describe('a refusal', () => {
  it.each([
    ['/push/Ordres', '1', 404, 'flow.unknown', 'There is no flow "Ordres"; did you mean "Orders"?'],
    ['/observe/shpo', '', 404, 'target.unknown', 'There is no target "shpo"; did you mean "shop"?'],
    [
      '/push/Orders',
      '{"a": x}',
      400,
      'body.not-data',
      'line 1, column 7: it has "x" where a value is expected',
    ],
    ['/push/Orders', Buffer.from([0x22, 0xff, 0x22]), 400, 'body.not-data', 'The body is not UTF-8 text.'],
    ['/push/Orders?wiat=settled', '1', 400, 'usage.invalid', 'no parameter "wiat"; did you mean "wait"?'],
    ['/push/Orders?wait=1', '1', 400, 'usage.invalid', '"wait" is "1".'],
    ['/push/Orders?timeout=soon', '1', 400, 'usage.invalid', '"timeout" is "soon".'],
    ['/push/Orders?id=a&id=b', '1', 400, 'usage.invalid', '"id" is given twice.'],
    ['/observe/shop?key=a.event.b.c', '', 400, 'usage.invalid', 'There is no parameter "key"'],
    ['/push/Orders?id=a%20b', '1', 409, 'push.invalid-id', 'The id "a b" cannot be one.'],
    ['/push/Orders?id=', '1', 409, 'push.invalid-id', 'The id "" cannot be one.'],
    [`/push/Orders?id=${'a'.repeat(201)}`, '1', 409, 'push.invalid-id', 'cannot be one.'],
    ['/push/Orders?key=shop', '1', 409, 'subject-name.invalid', '"shop" has'],
    ['/push/Orders?key=a.event.b.c.d', '1', 409, 'subject-name.invalid', '5 parts'],
    ['/push', '1', 404, 'usage.invalid', 'There is nothing at /push.'],
    ['//', '1', 404, 'usage.invalid', 'There is nothing at //.'],
    ['/push/%ff', '1', 404, 'usage.invalid', 'There is nothing at /push/%ff.'],
  ])('says what is wrong: %s', async (path, body, status, code, message) => {
    const answer = await post(path, body);
    expect(answer).toMatchObject({ status, body: { code, hint: expect.any(String) as string } });
    expect((answer.body as { message: string }).message).toContain(message);
    expect(pushed).toEqual([]);
  });

  it('names the method that is allowed', async () => {
    expect(await post('/push/Orders', '', { method: 'GET' })).toMatchObject({ status: 405, allow: 'POST' });
  });

  it('of a body that is too large comes before it is there', async () => {
    const headers = { 'content-length': '1001', expect: '100-continue' };
    const client = httpRequest({ socketPath, path: '/push/Orders', method: 'POST', headers, agent: false });
    client.on('error', () => {});
    client.flushHeaders();
    const status = await new Promise((resolve) =>
      client.on('response', (answer) => resolve(answer.statusCode)),
    );
    client.destroy();
    expect(status).toBe(413);
  });

  it('of a body that grows too large comes when it does', async () => {
    const headers = { 'transfer-encoding': 'chunked' };
    const answer = await post('/push/Orders', Buffer.alloc(5_000_000, '1'), { headers });
    expect(answer).toMatchObject({ status: 413, body: { code: 'body.too-large' } });
    expect(await post('/push/Orders', `"${'a'.repeat(998)}"`)).toMatchObject({ status: 202 });
  });

  it.each(['intake.full', 'journal.full'] as const)('for now says when to come again: %s', async (code) => {
    admit = () => Promise.reject(new PolarError(code, 'Full.', { hint: 'Wait.' }));
    expect(await post('/push/Orders', '1')).toMatchObject({
      status: 503,
      retryAfter: '1',
      body: { code, message: 'Full.', hint: 'Wait.' },
    });
  });

  it('of what is not known to be accepted says how to push it safely again', async () => {
    admit = () => new Promise(() => {});
    expect(await post('/push/Orders?id=a%26b', '1')).toMatchObject({
      status: 503,
      body: { code: 'intake.unconfirmed', hint: expect.stringContaining('id=a%26b') as string },
    });
  });
});

describe('a guard', () => {
  const refuse = () => {
    throw new PolarError('auth.refused', 'No.', { hint: 'Ask.' });
  };

  it('turns away before anything is told or read', async () => {
    guard = refuse;
    for (const path of ['/push/Orders', '/push/Ordres', '/observe/shpo', '/push/Orders?wiat=1']) {
      expect(await post(path, '{"a": x}')).toMatchObject({ status: 403, body: { code: 'auth.refused' } });
    }
    expect(pushed).toEqual([]);
  });

  it('sees the body of a signed request before anything is made of it', async () => {
    const seen: string[] = [];
    guard = () => (body) => {
      seen.push(String(body));
      if (String(body) !== '1') refuse();
    };
    expect(await post('/push/Ordres', '2')).toMatchObject({ status: 403 });
    expect(await post('/push/Ordres', '1')).toMatchObject({ status: 404 });
    expect(await post('/push/Orders', '1')).toMatchObject({ status: 202 });
    expect(seen).toEqual(['2', '1', '1']);
    expect(pushed).toHaveLength(1);
  });

  it('stands not before what everybody may see', async () => {
    guard = refuse;
    expect(await post('/readyz', '', { method: 'GET' })).toMatchObject({
      status: 200,
      body: { ready: true },
    });
    expect(await post('/readyz', '')).toMatchObject({ status: 405, allow: 'GET' });
  });
});

it('says of each answer what it was', async () => {
  await post('/push/Orders', '1');
  await post('/push/Ordres', '1');
  await post('/readyz', '', { method: 'GET' });
  expect(answered).toEqual([202, 404, 200]);
});

it('takes no more requests at once than it can hold', async () => {
  const waiting = Array.from({ length: 256 }, () => post('/push/Orders?id=a&wait=settled', '1'));
  await until(() => checks.size === 256);
  expect(await post('/push/Orders', '1')).toMatchObject({ status: 503, body: { code: 'intake.full' } });
  await ring('a', settled);
  for (const answer of await Promise.all(waiting)) expect(answer.status).toBe(200);
  expect(await post('/push/Orders', '1')).toMatchObject({ status: 202 });
});

it('stays on its feet when a client breaks off in the middle of a body', async () => {
  const client = connect(socketPath);
  client.write('POST /push/Orders HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"half');
  await new Promise((resolve) => client.once('ready', resolve));
  client.destroy();
  expect(await post('/push/Orders', '1')).toMatchObject({ status: 202 });
  expect(pushed).toHaveLength(1);
});

/** The journal settles an id, and the bell rings, as soon as somebody listens. */
async function ring(id: string, outcome: RowOutcome): Promise<void> {
  await until(() => checks.size > 0);
  outcomes.set(id, outcome);
  for (const check of [...checks]) check();
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

interface Answer {
  readonly status: number | undefined;
  readonly body: unknown;
  readonly allow: string | undefined;
  readonly retryAfter: string | undefined;
}

function post(
  path: string,
  body: string | Buffer,
  { method = 'POST', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const client = httpRequest({ socketPath, path, method, headers, agent: false }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      const { allow, 'retry-after': retryAfter } = response.headers;
      const text = Buffer.concat(chunks).toString();
      resolve({ status: response.statusCode, body: JSON.parse(text) as unknown, allow, retryAfter });
    });
    client.on('error', reject);
    client.end(body);
  });
}

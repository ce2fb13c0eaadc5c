import { createServer } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { pzm, until } from './command.ts';
import { GatedNode, isAccepted, isHeldUpByNothing, type Pushed } from './gated-node.ts';

/* What holds the node up is named, whoever pushes is told to wait, and nothing but the journal grows. */

let node: GatedNode;

beforeEach(() => {
  node = new GatedNode();
});
afterEach(() => node.end());

test('slow workers are named, close the door to nobody, and do what waits for them when they are free', {
  timeout: 300_000,
}, async () => {
  await node.start({ topology: 'runs_per_worker = 2' });
  await node.push('Broken', 'broken', '{}', '&wait=settled');
  for (let n = 0; n < 6; n++) await node.push('Gated', `task-${n}`);
  const { text } = await node.bottleneck(({ where }) => where === 'workers');
  expect(text).toMatch(/^workers are the bottleneck: \d tasks? waits?, 4 of 4 runs busy$/);
  expect((await pzm(['status'], node.folder)).stdout).toContain('\nworkers are the bottleneck: ');

  // The door is open all the same: also under a key whose run does not end, and for those who lead the node.
  for (const key of ['task-0', 'task-5', 'another'])
    expect(await node.push('Gated', `${key}-late`, '{}', '', key)).toMatchObject({ status: 202 });
  const { policy: before } = await node.status();
  node.writePolicy('them');
  await until(
    () => node.status(),
    ({ policy }) => policy?.hash !== before?.hash,
    60_000,
  );
  const drop = await pzm(['dlq', 'drop', 'broken', '--reason', 'a test of ours'], node.folder);
  expect(drop).toMatchObject({ code: 0, stdout: 'broken: dropped; the reason is in the journal\n' });
  await node.bottleneck(
    (found) => found.text === 'workers are the bottleneck: 5 tasks wait, 4 of 4 runs busy',
  );

  node.open();
  await until(() => node.status(), isHeldUpByNothing, 60_000);
  await node.addsUp();
});

test('sources are told to wait when as much waits as may, and go on when there is room', {
  timeout: 300_000,
}, async () => {
  const maxPending = 40;
  await node.start({ maxPending });
  let refused: Pushed | undefined;
  for (let n = 1; !refused; n++) {
    const pushed = await node.push('Gated', `task-${n}`);
    if (!isAccepted(pushed)) refused = pushed;
    expect(n).toBeLessThan(2 * maxPending);
  }
  expect(refused).toMatchObject({ status: 503, code: 'intake.full', retryAfter: '1' });
  const { text } = await node.bottleneck(({ where }) => where === 'intake');
  expect(text).toBe(`pushes are refused: ${maxPending} accepted tasks wait, as many as may`);
  const ready = await fetch(`${node.gateway}/readyz`);
  expect([ready.status, await ready.json()]).toEqual([503, { ready: false, problems: [text] }]);

  node.open();
  const { id } = refused;
  await until(
    () => node.push('Gated', id, '{}', '&wait=settled'),
    (pushed) => pushed.status === 200,
    60_000,
  );
  await until(() => node.status(), isHeldUpByNothing, 60_000);
  expect((await fetch(`${node.gateway}/readyz`)).status).toBe(200);
  await node.addsUp();
});

test('a broker that is away is named, and events wait in the journal rather than in memory', {
  timeout: 300_000,
}, async () => {
  const port = await freePort();
  await node.start({
    more: `[broker]\nurl = amqp://127.0.0.1:${port}\nusername = guest\npassword = \${file:gateway.token}\n`,
  });
  const body = JSON.stringify({ text: 'x'.repeat(500_000) });
  const pushes = 400;
  await node.push('Straight', 'first', body, '&wait=settled');
  const found = await node.bottleneck(({ where }) => where === 'broker');
  expect(found.text).toMatch(/^the broker has been away for .*: [\d,]+ events? waits? in the journal$/);

  const before = await node.memories();
  for (let n = 0; n < pushes; n += 4) {
    const some = [0, 1, 2, 3].map((k) =>
      until(() => node.push('Straight', `event-${n + k}`, body), isAccepted),
    );
    await Promise.all(some);
  }
  await node.push('Straight', 'last', body, '&wait=settled');
  const after = await node.memories();
  const grown = Object.entries(after).map(([name, bytes]) => [name, bytes - (before[name] ?? 0)]);
  expect(grown.filter(([, bytes]) => Number(bytes) > (pushes * body.length) / 2)).toEqual([]);
  // The first, the last, and that the policy was applied.
  const { text } = await node.bottleneck(({ text: now }) => now.includes(`${pushes + 3} events`));
  expect(text).toContain('the broker has been away');
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

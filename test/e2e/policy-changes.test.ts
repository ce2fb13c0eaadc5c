import { renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CloudEvent } from '../../src/model/cloud-event.ts';
import { begin, makeProject, pzm, type Running, until } from './command.ts';

const changes = 200;
const targets = 6;

/** Says something new each time, slowly, and knows who asks twice at once. */
const busy = new Map<string, number>();
const asked = new Map<string, number>();
let mostAtOnce = 0;
const server = createServer(({ url = '' }, response) => {
  const atOnce = (busy.get(url) ?? 0) + 1;
  busy.set(url, atOnce);
  mostAtOnce = Math.max(mostAtOnce, atOnce);
  asked.set(url, (asked.get(url) ?? 0) + 1);
  setTimeout(() => {
    busy.set(url, (busy.get(url) ?? 1) - 1);
    response.end(JSON.stringify({ version: asked.get(url) }));
  }, 30);
});
let project: ReturnType<typeof makeProject>;
let node: Running;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  project = makeProject({ 'policies/many.ini': policyOf(0) });
  node = begin(['up', '--format', 'jsonl'], project.folder);
});

afterAll(async () => {
  await pzm(['down'], project.folder);
  await node.finished;
  await new Promise((resolve) => server.close(resolve));
  project.remove();
});

test('200 changes under load: each look has its policy, none is doubled, none forgotten', {
  timeout: 600_000,
}, async () => {
  await until(decisions, (found) => found.length === 1, 60_000);
  for (let change = 1; change <= changes; change++) {
    // Whole or not at all, as an editor does it; each says something new.
    writeFileSync(join(project.folder, 'policies', '.next'), policyOf(change));
    renameSync(join(project.folder, 'policies', '.next'), join(project.folder, 'policies', 'many.ini'));
    await until(decisions, (found) => found.length === change + 1, 60_000);
  }
  const before = new Map(asked);
  const inLastSet = [...Array(targets).keys()].map((at) => `/${at}`);
  await until(
    async () => inLastSet.filter((url) => (asked.get(url) ?? 0) <= (before.get(url) ?? 0)),
    (forgotten) => forgotten.length === 0,
    60_000,
  );
  expect(mostAtOnce).toBe(1);

  /** By hash: the how manieth set it was. */
  const inForce = new Map<string, number>();
  let last = '';
  const reached = new Map<unknown, number>();
  let looks = 0;
  for (const event of events()) {
    const hash = event.policyhash ?? '';
    if (event.type === 'polar.policy.applied') {
      inForce.set(hash, inForce.size);
      last = hash;
    } else if (event.type === 'polar.policy.refused') {
      expect((event.data as { inForce: { hash: string } }).inForce.hash).toBe(last);
    } else if (event.type !== 'polar.observation.attested') {
      looks++;
      const { target } = event.data as { target: string };
      const set = inForce.get(hash);
      expect(set, `${target} was looked at under a set that was not in force yet`).toBeDefined();
      expect(set).toBeGreaterThanOrEqual(reached.get(target) ?? 0);
      reached.set(target, set ?? 0);
    }
  }
  expect(inForce.size).toBe(1 + changes - changes / 10);
  expect(looks).toBeGreaterThan(changes);
  expect(await pzm(['audit'], project.folder)).toMatchObject({ code: 0 });
});

/** Each tenth is broken; one target comes and goes. */
function policyOf(change: number): string {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const some = [...Array(targets + (change % 2)).keys()].map((at) => `[http:t${at}]\nurl = ${url}/${at}\n`);
  const broken = change % 10 === 5 ? 'evry = 1s\n' : '';
  return `; ${change}\n[http]\nevery = 100ms\n${broken}${some.join('')}`;
}

async function decisions(): Promise<CloudEvent[]> {
  return events().filter(({ type }) => type.startsWith('polar.policy.'));
}

function events(): CloudEvent[] {
  const lines = node.stdout().split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as CloudEvent);
}

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Push } from 'zeromq';
import { request } from '../../src/topology/control-client.ts';
import { controlPath, gatewayPath } from '../../src/topology/endpoints.ts';
import type { NodeStatus } from '../../src/topology/node.ts';
import { pzm } from '../e2e/command.ts';
import { until } from '../faults/until.ts';
import { createChance } from '../simulation/random.ts';
import { anyPolarIni, calm, disturb } from './files.ts';
import { anyFrame, type FrameSocket, isRejected, times } from './frames.ts';
import { type FuzzedNode, openFuzzedNode } from './fuzzed-node.ts';
import { anyBody } from './json.ts';
import { anyRequest, holdHalf, sendRaw } from './requests.ts';
import { forMs, leastRounds, seed } from './settings.ts';
import { sendBytesToAll, subscribeOddly } from './strangers.ts';

/*
 * Anything is sent to every place of a running node that takes something. Whatever it is: no process ends, what is
 * refused is counted, memory stays within a bound, and a sound task goes its way afterwards.
 * `npm run fuzz -- --seed 7 --for 5m` sends for longer; the same seed sends the same.
 */

/** How much more a process may hold after all inputs than before them; what grew with their number would be past it. */
const mostGrowthBytes = 96 * 1024 * 1024;

let node: FuzzedNode;
beforeAll(async () => {
  node = await openFuzzedNode();
});
afterAll(() => node.close());

const owner: Readonly<Record<FrameSocket, string>> = { intake: 'subject', results: 'integration-manager' };
const statsOf = ({ processes }: NodeStatus, name: string) =>
  (processes.find((process) => process.name === name)?.stats ?? {}) as {
    readonly rejected?: Readonly<Record<string, number>>;
    readonly answers?: Readonly<Record<string, number>>;
    readonly sinks?: readonly { readonly lag: number }[];
  };
const refusedBy = (status: NodeStatus, socket: FrameSocket) => {
  const { malformed = 0, misplaced = 0 } = statsOf(status, owner[socket]).rejected ?? {};
  return malformed + misplaced;
};
const lives = ({ processes }: NodeStatus) =>
  processes.map(({ name, pid, restarts }) => ({ name, pid, restarts }));

async function aRound(round: number, expected: Record<FrameSocket, number>): Promise<void> {
  const chance = createChance(seed * 1000 + round);
  const { project } = node;
  const sockets = [controlPath(project.runDir), gatewayPath(project.runDir)];

  for (const socket of ['intake', 'results'] as const) {
    const push = new Push({ linger: 60_000 });
    push.connect(node[socket]);
    for (const frame of times(chance, 60, 120, () => anyFrame(chance))) {
      if (isRejected(frame, socket)) expected[socket]++;
      await push.send(frame);
    }
    await until(`the ${owner[socket]} to count ${expected[socket]} refusals in round ${round}`, async () => {
      return refusedBy(await node.status(), socket) >= expected[socket] ? true : undefined;
    });
    push.close();
  }
  await sendBytesToAll(chance, project.runDir);
  const subscribers = times(chance, 1, 4, () => subscribeOddly(chance, node.events));

  const held = sockets.map((path) => holdHalf(path, 30));
  for (const path of sockets) {
    const leave = () => chance.pick(['at-once', 'answered', 'halfway'] as const);
    await Promise.all(times(chance, 15, 30, () => sendRaw(path, anyRequest(chance), leave())));
  }
  for (const _ of times(chance, 1, 4, () => 0)) disturb(chance, project.folder);
  await answerAnything(round, () => anyBody(chance));
  for (const subscriber of subscribers) subscriber.close();
  // While others hold connections, and say nothing.
  await node.pushSound(`sound-${round}`);
  for (const release of held) release();
}

/** One question, and answers to it and to questions that nobody asked, until one of them is taken. */
async function answerAnything(round: number, anAnswer: () => string): Promise<void> {
  const id = `asked-${seed}-${round}`;
  expect(await post(`/push/Asking?id=${id}&key=anna.command.push.asking`, '{"n":1}')).toBe(202);
  for (const correlation of ['__proto__', 'nobody', `${id}x`, 'x'.repeat(5000)]) {
    expect([404, undefined]).toContain(await post(`/push/Asking?correlation=${correlation}`, anAnswer()));
  }
  await until(`${id} to be answered`, async () => {
    const status = await post(`/push/Asking?correlation=${id}`, anAnswer());
    expect([202, 400, 404, 413, undefined]).toContain(status);
    return status === 202 ? true : undefined;
  });
}

/** The status; undefined where the gateway had answered and gone before all of a large body was sent. */
async function post(path: string, body: string): Promise<number | undefined> {
  try {
    return (await request(gatewayPath(node.project.runDir), 'POST', path, body)).status;
  } catch (error) {
    if (!['EPIPE', 'ECONNRESET'].includes(String(codeOfCause(error)))) throw error;
    return undefined;
  }
}

const codeOfCause = (error: unknown) => ((error as Error).cause as { code?: unknown } | undefined)?.code;

test(`nothing that is sent ends or fills a process · seed ${seed}`, {
  timeout: forMs * 3 + 600_000,
}, async () => {
  // What is loaded when it is first needed is loaded: the first round is not measured.
  const expected = { intake: 0, results: 0 };
  await aRound(0, expected);
  const before = await node.status();
  const end = performance.now() + forMs;
  let round = 1;
  for (; round <= leastRounds || performance.now() < end; round++) {
    await aRound(round, expected).catch((error: Error) => {
      throw new Error(`In round ${round}: ${error.message}\n${node.lastWords()}`, { cause: error });
    });
    expect(lives(await node.status()), `${node.lastWords()}\nround ${round}`).toEqual(lives(before));
  }
  calm(node.project.folder);
  await until('the policies to be sound again', async () =>
    (await node.status()).policy?.refused ? undefined : true,
  );
  await node.pushSound('sound-at-last');

  const after = await node.status();
  expect(lives(after), node.lastWords()).toEqual(lives(before));
  const refused = { intake: refusedBy(after, 'intake'), results: refusedBy(after, 'results') };
  // Random bytes can be messages too, for a ZeroMQ that is old enough.
  expect(refused.intake).toBeGreaterThanOrEqual(expected.intake);
  expect(refused.results).toBeGreaterThanOrEqual(expected.results);
  for (const name of ['services', 'supervisor']) {
    expect(Object.keys(statsOf(after, name).answers ?? {}), name).toEqual(
      expect.arrayContaining(['400', '404']),
    );
  }
  const grown = after.processes.map(({ name, vitals }) => {
    const then = before.processes.find((process) => process.name === name)?.vitals?.residentBytes ?? 0;
    return { name, thenMiB: then >> 20, nowMiB: (vitals?.residentBytes ?? 0) >> 20 };
  });
  console.log(
    `${round} rounds, refused ${JSON.stringify(refused)}`,
    grown.map((one) => `${one.name} ${one.thenMiB}→${one.nowMiB} MiB`).join(', '),
  );
  const tooLarge = grown.filter(({ thenMiB, nowMiB }) => nowMiB - thenMiB > mostGrowthBytes >> 20);
  expect(tooLarge).toEqual([]);
});

test('what came of it is in a journal that holds together, and is delivered', async () => {
  const { folder } = node.project;
  expect(await pzm(['journal', 'verify'], folder)).toMatchObject({ code: 0 });
  await until('the bridge to have caught up', async () => {
    return statsOf(await node.status(), 'bridge').sinks?.every(({ lag }) => lag === 0) || undefined;
  });
});

test('check reads any polar.ini', async () => {
  const chance = createChance(seed);
  for (const _ of times(chance, 3, 3, () => 0)) {
    writeFileSync(join(node.project.folder, 'polar.ini'), anyPolarIni(chance));
    const { code, signal, stderr } = await pzm(['check'], node.project.folder);
    expect({ code, signal, stderr }).toMatchObject({ signal: null });
    expect([0, 1, 78], stderr).toContain(code);
  }
});

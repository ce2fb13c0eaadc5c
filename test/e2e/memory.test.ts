import { afterEach, beforeEach, expect, test } from 'vitest';
import { begin, type Running, until } from './command.ts';
import { GatedNode, isAccepted, isHeldUpByNothing, isRefused, type Pushed } from './gated-node.ts';

/*
 * Whoever does not keep up costs the journal room and nobody memory. Much more is pushed than any process may hold, and
 * once each holds what it may, none grows. `npm run faults` pushes seven times as much.
 */

const pushes = process.env['POLAR_FAULTS'] === 'all' ? 1600 : 240;
const body = JSON.stringify({ text: 'x'.repeat(900_000) });
/** What a subject, a source or the collector may hold at most is reached with the first half. */
const mostGrowthBytes = (pushes * body.length) / 4;
const late = 1_200_000;

let node: GatedNode;
const begun: Running[] = [];

beforeEach(() => {
  node = new GatedNode();
});
afterEach(async () => {
  for (const { process, finished } of begun.splice(0)) {
    process.kill('SIGKILL');
    await finished;
  }
  await node.end();
}, 60_000);

test('behind slow workers accepted tasks wait in the journal, and then sources are told to come again', {
  timeout: late,
}, async () => {
  const maxPending = pushes / 2;
  await node.start({ topology: 'runs_per_worker = 2', maxPending });
  const isAnswered = (pushed: Pushed) => isAccepted(pushed) || isRefused(pushed);
  expect(await growthWhile((id) => node.push('Gated', id, body), isAnswered)).toEqual([]);
  // A gate that is shut for too long fails, and makes room: then there is one more push.
  let more = 0;
  const text = await until(
    async () => {
      const pushed = await node.push('Gated', `more-${more++}`, body);
      const { bottleneck } = await node.status();
      return isRefused(pushed) && bottleneck?.where === 'intake' ? bottleneck.text : '';
    },
    (found) => found !== '',
    300_000,
  );
  expect(text).toMatch(
    /^pushes are refused: \d+ accepted tasks wait, as many as may; workers are the bottleneck: \d+ tasks wait, 4 of 4 runs busy$/,
  );
  node.open();
  await until(() => node.status(), isHeldUpByNothing, 300_000);
  await node.addsUp();
});

test('subscribers that have stopped miss what is published, and find it in the journal when they go on', {
  timeout: late,
}, async () => {
  await node.start({ maxPending: pushes });
  const tap = begin(['tap', 'last', '--format', 'jsonl'], node.folder);
  begun.push(tap);
  await until(
    async () => tap.stderr(),
    (text) => text.includes('from seq'),
  );
  tap.process.kill('SIGSTOP');
  const bridge = await pidOf('bridge');
  expect(bridge).not.toBe(0);
  process.kill(bridge, 'SIGSTOP');
  const grown = await growthWhile((id) => node.push('Straight', id, body));
  expect(grown.filter(([name]) => name !== 'bridge')).toEqual([]);
  await node.push('Straight', 'last', '{}', '&wait=settled');

  // One that says nothing for so long is taken for hung.
  await until(
    () => pidOf('bridge'),
    (pid) => pid !== 0 && pid !== bridge,
    60_000,
  );
  tap.process.kill('SIGCONT');
  await until(
    async () => tap.stdout(),
    (events) => events.includes('anna.command.do.last'),
    120_000,
  );
  await until(() => node.status(), isHeldUpByNothing, 60_000);
  await node.addsUp();
});

/** By process, what it has grown by in the second half of the way, where that is more than it may. */
async function growthWhile(
  push: (id: string) => Promise<Pushed>,
  isDone = isAccepted,
): Promise<(readonly [name: string, bytes: number])[]> {
  const most = [new Map<string, number>(), new Map<string, number>()] as const;
  const step = 20;
  for (let n = 0; n < pushes; n += step) {
    for (let k = n; k < n + step; k += 4) {
      await Promise.all([0, 1, 2, 3].map((i) => until(() => push(`task-${k + i}`), isDone, 120_000)));
    }
    const seen = most[n < pushes / 2 ? 0 : 1];
    for (const [name, bytes] of Object.entries(await node.memories()))
      seen.set(name, Math.max(bytes, seen.get(name) ?? 0));
  }
  return Array.from(most[1], ([name, bytes]) => [name, bytes - (most[0].get(name) ?? bytes)] as const).filter(
    ([, bytes]) => bytes > mostGrowthBytes,
  );
}

/** 0 while there is none. */
async function pidOf(name: string): Promise<number> {
  return (await node.status()).processes.find((process) => process.name === name)?.pid ?? 0;
}

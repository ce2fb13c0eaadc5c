// Tasks a second, end to end: accepted by the source's window → run → committed durably → published → receipt,
// on the real processes; beside a raw zeromq.js PUSH→PULL hop with one message per frame, in the same run.
//   npm run bench:pipeline -- [tasks] [rounds]
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Push } from 'zeromq';
import { body, keyCount, openNode, pipeline } from './load.mjs';

const tasks = Number(process.argv[2] ?? 300_000);
const rounds = Number(process.argv[3] ?? 3);
const { node, folder, stop } = await openNode();
try {
  console.log(
    `${tasks} tasks of ${body.length} bytes, ${keyCount} keys, 2 workers, ${cpus().length} cores, Node ${process.version}`,
  );
  await pipeline(node, 20_000);
  const ratios = [];
  for (let round = 1; round <= rounds; round++) {
    const hop = await rawHop(tasks);
    const { perSecond, cpu } = await pipeline(node, tasks);
    ratios.push(perSecond / hop);
    console.log(
      `round ${round}: raw hop ${thousands(hop)}/s · pipeline ${thousands(perSecond)}/s · ratio ${(perSecond / hop).toFixed(2)} · ` +
        `CPU per task ${cpu.total.toFixed(1)} µs (${cpu.parts})`,
    );
  }
  const median = ratios.sort((a, b) => a - b)[Math.floor(rounds / 2)];
  console.log(`ratio, median of ${rounds}: ${median.toFixed(2)}`);
} finally {
  await stop();
}

async function rawHop(count) {
  const endpoint = `ipc://${join(folder, 'hop')}`;
  const other = fork(fileURLToPath(new URL('raw-pull.mjs', import.meta.url)), [endpoint, String(count)]);
  await once(other, 'message');
  const push = new Push({ linger: 0 });
  push.connect(endpoint);
  const message = Buffer.alloc(body.length, 1);
  const begun = performance.now();
  const done = once(other, 'message');
  for (let sent = 0; sent < count; sent++) await push.send(message);
  await done;
  const seconds = (performance.now() - begun) / 1000;
  push.close();
  await once(other, 'exit');
  return count / seconds;
}

function thousands(value) {
  return `${Math.round(value / 1000)} k`;
}

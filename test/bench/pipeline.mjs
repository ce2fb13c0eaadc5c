// Tasks a second, end to end: accepted by the source's window → run → committed durably → published → receipt,
// on the real processes; beside a raw zeromq.js PUSH→PULL hop with one message per frame, in the same run.
//   npm run bench:pipeline -- [tasks] [rounds]
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Push } from 'zeromq';
import { loadProject } from '../../dist/config/project.js';
import { createSource, createSubjectLine } from '../../dist/services/source.js';
import { startNode } from '../../dist/topology/node.js';
import { Listener } from '../../dist/transport/bell.js';
import { decodeReceipts, receiptTopic } from '../../dist/transport/word-frame.js';

const tasks = Number(process.argv[2] ?? 300_000);
const rounds = Number(process.argv[3] ?? 3);
const keys = Array.from({ length: 100 }, (_, index) => `bench.command.push.key-${index}`);
const body = Buffer.from(JSON.stringify({ text: 'x'.repeat(256 - 11) }));

const folder = mkdtempSync(join(tmpdir(), 'pzm-bench-'));
for (const name of ['policies', 'flows', 'actionmappings']) mkdirSync(join(folder, name));
writeFileSync(join(folder, 'polar.ini'), `[node]\nname = bench\n[run]\ndir = ${join(folder, 'run')}\n`);
writeFileSync(
  join(folder, 'flows', 'bench.ini'),
  '[Bench]\n?Bench?Push\nSubject?Bench?pass\nRelay?Bench@PUBLISH?passed\n??done\n',
);
writeFileSync(
  join(folder, 'actionmappings', 'bench.ini'),
  '[actionmapping]\nSubject?Bench?pass = Relay.pass\n',
);

const node = await startNode({ project: loadProject(folder), sinks: [], version: 'bench' });
try {
  console.log(
    `${tasks} tasks of ${body.length} bytes, ${keys.length} keys, 2 workers, ${cpus().length} cores, Node ${process.version}`,
  );
  await pipeline(20_000);
  const ratios = [];
  for (let round = 1; round <= rounds; round++) {
    const hop = await rawHop(tasks);
    const { perSecond, cpu } = await pipeline(tasks);
    ratios.push(perSecond / hop);
    console.log(
      `round ${round}: raw hop ${thousands(hop)}/s · pipeline ${thousands(perSecond)}/s · ratio ${(perSecond / hop).toFixed(2)} · ` +
        `CPU per task ${cpu.total.toFixed(1)} µs (${cpu.parts})`,
    );
  }
  const median = ratios.sort((a, b) => a - b)[Math.floor(rounds / 2)];
  console.log(`ratio, median of ${rounds}: ${median.toFixed(2)}`);
} finally {
  await node.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function pipeline(count) {
  const line = createSubjectLine();
  let settled = 0;
  let wake = () => {};
  const lastOf = new Map();
  const source = createSource(`bench-${Date.now()}`, line, () => {});
  const { endpoints } = node.status();
  const listener = new Listener(endpoints.events, [receiptTopic]);
  void listener.receive(({ body: receipts }) => {
    const before = source.size();
    source.receive(decodeReceipts(receipts));
    settled += before - source.size();
    wake();
  });
  // The subscription must have arrived before the first receipt is counted on.
  await new Promise((resolve) => setTimeout(resolve, 200));
  line.attach({ incarnation: endpoints.subject, intake: endpoints.intake }, () => {});
  const cpuBefore = cpuOf();
  const begun = performance.now();
  for (let sent = 0; settled < count; ) {
    while (sent < count && source.hasRoom()) {
      const key = keys[sent % keys.length];
      const number = (lastOf.get(key) ?? 0) + 1;
      lastOf.set(key, number);
      source.send({
        flow: 'Bench',
        key,
        number,
        group: '',
        deadline: 0,
        policy: '',
        traceparent: '',
        id: '',
        body,
      });
      sent++;
    }
    await new Promise((resolve) => {
      wake = resolve;
    });
  }
  const seconds = (performance.now() - begun) / 1000;
  listener.close();
  line.close();
  return { perSecond: count / seconds, cpu: cpuSince(cpuBefore, count) };
}

/** CPU time in µs of every process of the node, by name; the source and subscriber are this process. */
function cpuOf() {
  const times = new Map();
  for (const { name, pid } of node.status().processes) {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    times.set(name, (Number(fields[11]) + Number(fields[12])) * 10_000);
  }
  return times;
}

function cpuSince(before, count) {
  const parts = [];
  let total = 0;
  for (const [name, time] of cpuOf()) {
    const each = (time - before.get(name)) / count;
    total += each;
    if (each >= 0.05) parts.push(`${name === 'supervisor' ? 'source' : name} ${each.toFixed(1)}`);
  }
  return { total, parts: parts.join(', ') };
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

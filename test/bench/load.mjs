// A node to measure, and tasks for it as fast as it settles them: what the benchmarks of the pipeline share.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadProject } from '../../dist/config/project.js';
import { createSource, createSubjectLine } from '../../dist/services/source.js';
import { startNode } from '../../dist/topology/node.js';
import { Listener } from '../../dist/transport/bell.js';
import { decodeReceipts, receiptTopic } from '../../dist/transport/word-frame.js';

const keys = Array.from({ length: 100 }, (_, index) => `bench.command.push.key-${index}`);
export const keyCount = keys.length;
export const body = Buffer.from(JSON.stringify({ text: 'x'.repeat(256 - 11) }));

/** A node on a project of its own; `stop` leaves nothing. */
export async function openNode() {
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
  return {
    node,
    folder,
    async stop() {
      await node.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Tasks a second, from the source's window to the receipt, and what each costs the processes. */
export async function pipeline(node, count) {
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
  const cpuBefore = cpuOf(node);
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
  return { perSecond: count / seconds, cpu: cpuSince(node, cpuBefore, count) };
}

/** CPU time in µs of every process of the node, by name; the source and subscriber are this process. */
function cpuOf(node) {
  const times = new Map();
  for (const { name, pid } of node.status().processes) {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    times.set(name, (Number(fields[11]) + Number(fields[12])) * 10_000);
  }
  return times;
}

function cpuSince(node, before, count) {
  const parts = [];
  let total = 0;
  for (const [name, time] of cpuOf(node)) {
    const each = (time - before.get(name)) / count;
    total += each;
    if (each >= 0.05) parts.push(`${name === 'supervisor' ? 'source' : name} ${each.toFixed(1)}`);
  }
  return { total, parts: parts.join(', ') };
}

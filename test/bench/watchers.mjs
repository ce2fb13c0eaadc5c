// What it costs the pipeline that somebody watches: tasks a second with and without a watcher, in turn, on one node.
//   npm run bench:tap -- [--tasks n] [--rounds n] [--tty] [-- <arguments of pzm>]
// Without arguments: `tap` with a narrow filter, `tap` of everything as JSON, and `top`, all to /dev/null. With them that
// command alone, e.g. `-- top`; --tty gives it a terminal (util-linux `script`), and with it a session of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { body, keyCount, openNode, pipeline } from './load.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    tasks: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '5' },
    tty: { type: 'boolean', default: false },
  },
});
const tasks = Number(values.tasks);
const rounds = Number(values.rounds);
const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const nowhere = openSync('/dev/null', 'w');

const watchers = positionals.length
  ? [{ name: positionals.join(' '), args: positionals }]
  : [
      { name: 'tap http:shop (narrow)', args: ['tap', 'http:shop'] },
      { name: 'tap --format json (everything)', args: ['tap', '--format', 'json'] },
      { name: 'top', args: ['top', '--format', 'jsonl'] },
    ];

const { node, folder, stop } = await openNode();
try {
  console.log(
    `${tasks} tasks of ${body.length} bytes, ${keyCount} keys, 2 workers, ${cpus().length} cores, Node ${process.version}; watchers print to ${values.tty ? 'a terminal' : '/dev/null'}`,
  );
  await pipeline(node, tasks / 5);
  const ratios = new Map(watchers.map(({ name }) => [name, []]));
  for (let round = 1; round <= rounds; round++) {
    // The bare pipeline before and after: what drifts on the machine drifts for both.
    let before = await pipeline(node, tasks);
    for (const watcher of watchers) {
      const { perSecond, cpu, cpuMs } = await watched(watcher);
      const after = await pipeline(node, tasks);
      const bare = (before.perSecond + after.perSecond) / 2;
      const bareCpu = (before.cpu.total + after.cpu.total) / 2;
      ratios.get(watcher.name).push(perSecond / bare);
      console.log(
        `round ${round}: bare ${thousands(bare)}/s · with ${watcher.name} ${thousands(perSecond)}/s · ratio ${(perSecond / bare).toFixed(3)} · ` +
          `CPU per task: pipeline ${bareCpu.toFixed(1)} → ${cpu.total.toFixed(1)} µs, watcher ${((1000 * cpuMs) / tasks).toFixed(1)} µs`,
      );
      before = after;
    }
  }
  for (const [name, all] of ratios) {
    const sorted = all.sort((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)];
    console.log(
      `${name}: median ${median.toFixed(3)} (${sorted[0].toFixed(3)} to ${sorted.at(-1).toFixed(3)}), costs ${((1 - median) * 100).toFixed(1)} %`,
    );
  }
} finally {
  await stop();
}

async function watched({ args }) {
  const command = [process.execPath, cli, ...args];
  const quoted = command.map((word) => `'${word}'`).join(' ');
  const child = values.tty
    ? spawn('script', ['-qec', quoted, '/dev/null'], { cwd: folder, stdio: ['pipe', nowhere, 'pipe'] })
    : spawn(command[0], command.slice(1), { cwd: folder, stdio: ['ignore', nowhere, 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  // Its start is not what is measured.
  const end = performance.now() + 3000;
  while (!said.includes('Ctrl-C ends') && performance.now() < end)
    await new Promise((resolve) => setTimeout(resolve, 50));
  await new Promise((resolve) => setTimeout(resolve, 500));
  if (child.exitCode !== null) throw new Error(`${args.join(' ')} has ended with ${child.exitCode}: ${said}`);
  const cpuBefore = cpuOf(child.pid);
  const { perSecond, cpu } = await pipeline(node, tasks);
  const cpuMs = cpuOf(child.pid) - cpuBefore;
  const ended = once(child, 'exit');
  child.kill('SIGINT');
  await ended;
  return { perSecond, cpu, cpuMs };
}

/** CPU time in ms, with that of the process that it runs in a terminal. */
function cpuOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  return (
    (Number(fields[11]) + Number(fields[12])) * 10 + children.reduce((sum, child) => sum + cpuOf(child), 0)
  );
}

function thousands(value) {
  return `${(value / 1000).toFixed(1)} k`;
}

// Start to ready, and the idle memory of the default topology, beside `node -e 0` in the same run.
//   npm run bench:start -- [rounds]
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const rounds = Number(process.argv[2] ?? 5);
const idleMs = 3000;

console.log(`${cpus().length} cores, Node ${process.version}, ${rounds} rounds`);
const bare = Array.from({ length: rounds }, () => {
  const begun = performance.now();
  spawnSync(process.execPath, ['-e', '0']);
  return performance.now() - begun;
});
const bareMemory = Number(
  spawnSync(process.execPath, ['-e', 'console.log(process.memoryUsage().rss)']).stdout.toString(),
);
const starts = [];
for (let round = 0; round < rounds; round++) starts.push(await start());
const ready = starts.map(({ readyMs }) => readyMs);
console.log(`node -e 0           ${ms(bare)} · ${mebibytes(bareMemory)}`);
console.log(`up, until "ready"   ${ms(ready)} · ${(median(ready) / median(bare)).toFixed(1)} × node -e 0`);
const { memory } = starts.at(-1);
console.log('idle, resident and not shared with others:');
for (const [name, { rss, own }] of memory) {
  console.log(
    `  ${name.padEnd(20)} ${mebibytes(rss).padStart(8)} resident  ${mebibytes(own).padStart(8)} own`,
  );
}
const total = [...memory.values()].reduce((sum, { own }) => sum + own, 0);
console.log(`  all ${memory.size} processes      ${mebibytes(total)} own`);

async function start() {
  const folder = mkdtempSync(join(tmpdir(), 'pzm-start-'));
  writeFileSync(join(folder, 'polar.ini'), '[run]\ndir = run\n');
  spawnSync('mkdir', [join(folder, 'policies')]);
  const begun = performance.now();
  const node = spawn(process.execPath, [cli, 'up'], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  await new Promise((resolve) => {
    let text = '';
    node.stderr.on('data', (chunk) => {
      text += chunk;
      if (text.includes('ready in')) resolve();
    });
  });
  const readyMs = performance.now() - begun;
  await new Promise((resolve) => setTimeout(resolve, idleMs));
  const status = JSON.parse(
    spawnSync(process.execPath, [cli, 'status', '--format', 'json'], { cwd: folder }).stdout,
  );
  const memory = new Map(status.processes.map(({ name, pid }) => [name, memoryOf(pid)]));
  node.kill('SIGTERM');
  await new Promise((resolve) => node.once('exit', resolve));
  rmSync(folder, { recursive: true, force: true });
  return { readyMs, memory };
}

/** Resident memory, and the part of it that no other process maps. */
function memoryOf(pid) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const kibibytes = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)[1]);
  return {
    rss: kibibytes('Rss') * 1024,
    own: (kibibytes('Private_Clean') + kibibytes('Private_Dirty')) * 1024,
  };
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

function ms(values) {
  return `${Math.round(median(values))} ms (${Math.round(Math.min(...values))}–${Math.round(Math.max(...values))})`;
}

function mebibytes(bytes) {
  return `${Math.round(bytes / 1024 / 1024)} MiB`;
}

// The whole table, or the part that is asked for:
//   npm run faults -- [--only sigkill] [--sample]
//   npm run chaos -- [--seed 7] [--for 5m] [--tasks 10000] [--kills]
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, unwatchFile, watchFile, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    sample: { type: 'boolean' },
    chaos: { type: 'boolean' },
    seed: { type: 'string' },
    for: { type: 'string' },
    tasks: { type: 'string' },
    kills: { type: 'boolean' },
  },
});
const folder = mkdtempSync(join(tmpdir(), 'pzm-faults-report-'));
const file = join(folder, 'report.jsonl');
writeFileSync(file, '');

let shown = 0;
let red = 0;
watchFile(file, { interval: 500 }, show);
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
// The cells with a broker lie beside the other tests that need one; it takes its time to start.
const asksForBroker = values.only === undefined ? !values.chaos : values.only.includes('broker');
const where = ['--project', 'faults', 'test/faults/'];
// What waits in memory under pressure, with more of it than for every change.
if (values.only === undefined && !values.chaos) where.push('--project', 'e2e', 'test/e2e/memory');
if (asksForBroker) where.push('--project', 'broker', 'test/broker/faults');
const tests = spawn(process.execPath, [vitest, 'run', ...where, '--reporter', 'dot', '--silent'], {
  stdio: ['ignore', 'ignore', 'inherit'],
  env: {
    ...process.env,
    POLAR_FAULTS_REPORT: file,
    ...(!values.sample && { POLAR_FAULTS: 'all' }),
    ...(values.only !== undefined && { POLAR_FAULTS_ONLY: values.only }),
    ...(values.chaos && { POLAR_FAULTS_ONLY: 'chaos ·' }),
    ...(values.seed !== undefined && { POLAR_CHAOS_SEED: values.seed }),
    ...(values.for !== undefined && { POLAR_CHAOS_FOR_MS: String(msOf(values.for)) }),
    ...(values.tasks !== undefined && { POLAR_CHAOS_TASKS: values.tasks }),
    ...(values.kills && { POLAR_CHAOS_KILLS: 'only' }),
  },
});
tests.once('close', (code) => {
  unwatchFile(file);
  show();
  rmSync(folder, { recursive: true, force: true });
  console.log(`\n${shown} cells, ${red} red`);
  process.exit(code ?? 1);
});

function show() {
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  for (const line of lines.slice(shown)) {
    const { name, seconds, isSound, text } = JSON.parse(line);
    if (!isSound) red++;
    console.log(
      `${isSound ? 'ok ' : 'RED'}  ${name.padEnd(72)} ${seconds.toFixed(1).padStart(5)} s   ${text}`,
    );
  }
  shown = lines.length;
}

function msOf(text) {
  const [, number, unit] = /^(\d+)(ms|s|m|h)$/.exec(text) ?? [];
  if (number === undefined) throw new Error(`--for ${text}: write a duration such as 30s or 5m.`);
  return Number(number) * { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[unit];
}

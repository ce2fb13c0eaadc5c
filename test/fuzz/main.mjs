// Sends anything to a running node, for as long as is asked for:
//   npm run fuzz -- [--seed 7] [--for 5m]
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { seed: { type: 'string' }, for: { type: 'string' } } });
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const tests = spawn(process.execPath, [vitest, 'run', '--project', 'fuzz', '--disable-console-intercept'], {
  stdio: 'inherit',
  env: {
    ...process.env,
    ...(values.seed !== undefined && { POLAR_SEED: values.seed }),
    ...(values.for !== undefined && { POLAR_FUZZ_FOR_MS: String(msOf(values.for)) }),
  },
});
tests.once('close', (code) => process.exit(code ?? 1));

function msOf(text) {
  const [, number, unit] = /^(\d+)(ms|s|m|h)$/.exec(text) ?? [];
  if (number === undefined) throw new Error(`--for ${text}: write a duration such as 30s or 5m.`);
  return Number(number) * { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[unit];
}

import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statuses } from '../../src/services/answer.ts';
import { makeProject } from './command.ts';
import { openShell, type Shell } from './shell.ts';

/* docs/gateway.md is typed in a shell, and each answer is held to what the page shows. */

const page = readFileSync(fileURLToPath(new URL('../../docs/gateway.md', import.meta.url)), 'utf8');
const blocks = (language: string) =>
  Array.from(
    page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms')),
    ([, block = '']) => block,
  );
const example = (file: string) => blocks('ini').find((block) => block.startsWith(`; ${file}\n`)) ?? '';

/** Each line behind a prompt, with what the page shows after it. */
const transcript = blocks('console').flatMap((block) =>
  block
    .split(/^\$ /m)
    .slice(1)
    .map((entry) => {
      const end = entry.indexOf('\n');
      return { line: entry.slice(0, end), shown: entry.slice(end + 1) };
    }),
);

let port: number;
let project: ReturnType<typeof makeProject>;
let shell: Shell;

beforeAll(async () => {
  port = await freePort();
  const gateway = blocks('ini').find((block) => block.startsWith('[gateway]')) ?? '';
  project = makeProject({
    'polar.ini': `[node]\nname = anna\n[run]\ndir = run\n${here(gateway)}`,
    'flows/orders.ini': example('flows/orders.ini'),
    'actionmappings/orders.ini': example('actionmappings/orders.ini'),
  });
  shell = openShell(project.folder);
});

afterAll(async () => {
  await shell.run('pzm down');
  await shell.close();
  project.remove();
});

test('the page has enough to go by', () => {
  expect(transcript.length).toBeGreaterThan(18);
});

describe('typed as the page says', () => {
  test.each(transcript)('$line', { timeout: 90_000 }, async ({ line, shown }) => {
    expect(steady(await shell.run(here(line)))).toBe(steady(here(shown)));
  });
});

test('every refusal is on the page, with its status', () => {
  const rows = page.split('\n').filter((line) => line.startsWith('| '));
  const missing = Object.entries(statuses).filter(
    ([code, status]) => !rows.some((row) => row.startsWith(`| ${status} |`) && row.includes(`\`${code}\``)),
  );
  expect(missing).toEqual([]);
});

/** As on the page, but at a port that is free here. */
function here(text: string): string {
  return text.replaceAll('127.0.0.1:8080', `127.0.0.1:${port}`);
}

/** Times vary, and sequences depend on what else the node has written meanwhile. */
function steady(text: string): string {
  return text.replace(/("first":|\bin )[\d.]+( m?s\b)?/g, '$1#');
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = server.address() as { port: number };
      server.close(() => resolve(free));
    });
  });
}

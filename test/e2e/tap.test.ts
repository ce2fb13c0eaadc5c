import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeProject } from './command.ts';
import { openShell, type Shell } from './shell.ts';

/* docs/tap.md is typed in a shell, and each answer is held to what the page shows. */

const page = readFileSync(fileURLToPath(new URL('../../docs/tap.md', import.meta.url)), 'utf8');
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

let project: ReturnType<typeof makeProject>;
let shell: Shell;

beforeAll(() => {
  project = makeProject({
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
  expect(transcript.length).toBeGreaterThan(20);
});

describe('typed as the page says', () => {
  test.each(transcript)('$line', { timeout: 90_000 }, async ({ line, shown }) => {
    expect(steady(await shell.run(line))).toBe(steady(shown));
  });
});

/** Times, rates and hashes vary. */
function steady(text: string): string {
  return text
    .replace(/\d\d:\d\d:\d\d(\.\d+Z)?/g, 'TIME')
    .replace(/\bin [\d.]+ (?:m?s|min)(, [\d.]+\/s)?/g, 'in #')
    .replace(/ +[\d.]+\/s$/gm, ' #/s')
    .replace(/ +\+[\d.]+ m?s/g, ' +#')
    .replace(/\b(trace|head|policy) [0-9a-f]+/g, '$1 #')
    .replace(/position \d+/, 'position #')
    .replace(/\b\d+ bytes$/gm, '# bytes');
}

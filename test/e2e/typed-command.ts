import { readFileSync } from 'node:fs';
import { createProgram } from '../../src/cli/program.ts';

const manifest = new URL('../../package.json', import.meta.url);

/** The arguments of a call of the product; undefined for other commands. */
export function argumentsOf([first, second, ...rest]: readonly string[]): string[] | undefined {
  if (first === 'pzm') return [...(second === undefined ? [] : [second]), ...rest];
  if (first === 'npx' && second === 'polar-zmanager') return rest;
  if (first === 'npm' && second === 'start') return ['up', '--demo', ...rest.slice(1)];
  return undefined;
}

/** What is wrong with a command that a page shows, as far as it is ours to know; undefined when nothing is. */
export async function problemOf(words: readonly string[]): Promise<string | undefined> {
  const args = argumentsOf(words);
  if (args) return problemOfCall(args);
  const [first, second, script = ''] = words;
  if (first !== 'npm' || second !== 'run') return undefined;
  const { scripts } = JSON.parse(readFileSync(manifest, 'utf8')) as { scripts: Record<string, string> };
  return script in scripts ? undefined : 'there is no such script';
}

/** Parsed by the product's own parser, and not carried out. */
async function problemOfCall(args: readonly string[]): Promise<string | undefined> {
  let problem: string | undefined;
  const program = createProgram(
    '0.0.0',
    async ({ spec, global }) => {
      const spoken: readonly string[] = ['text', ...(spec.formats ?? [])];
      if (global.format !== undefined && !spoken.includes(global.format)) problem = 'it has no such format';
    },
    () => {},
  ).configureOutput({ writeOut: () => {}, writeErr: () => {} });
  try {
    await program.parseAsync(args, { from: 'user' });
    return problem;
  } catch (error) {
    const { exitCode, message } = error as { exitCode?: number; message: string };
    return exitCode === 0 ? undefined : message;
  }
}

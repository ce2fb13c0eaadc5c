import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** A shell as a newcomer has it: the two commands on its path, standard output and error on one screen. */
export interface Shell {
  /** Runs one line and gives what was printed until the prompt would come again, or, for `… &`, the first output. */
  run(line: string): Promise<string>;
  close(): Promise<void>;
}

/** Writes the commands that a newcomer has, and gives an environment with them on its path. */
export function withCommands(folder: string, more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const bin = join(folder, '.bin');
  mkdirSync(bin);
  const pzm = `exec '${process.execPath}' '${cli}' "$@"`;
  for (const [name, text] of Object.entries({ pzm, npx: 'shift; exec pzm "$@"', ...more })) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return { ...process.env, PATH: `${bin}${delimiter}${process.env['PATH']}`, NO_COLOR: '1' };
}

export function openShell(folder: string): Shell {
  const shell: ChildProcessByStdio<Writable, Readable, null> = spawn('bash', ['--norc'], {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: withCommands(folder),
  });
  shell.stdin.write('exec 2>&1\n');
  let printed = '';
  let heard = () => {};
  shell.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
    heard();
  });
  const until = (isThere: () => boolean) =>
    new Promise<void>((resolve) => {
      heard = () => {
        if (isThere()) resolve();
      };
      heard();
    });
  let lines = 0;
  return {
    async run(line) {
      const prompt = `--prompt ${++lines}--\n`;
      shell.stdin.write(`${line}\n`);
      if (line.trimEnd().endsWith('&')) await until(() => printed.includes('\n'));
      shell.stdin.write(`echo '${prompt.trim()}'\n`);
      await until(() => printed.includes(prompt));
      const [before = '', after = ''] = printed.split(prompt);
      printed = after;
      return before;
    },
    close() {
      shell.stdin.end('kill $(jobs -p) 2>/dev/null; wait 2>/dev/null\n');
      return new Promise((resolve) => shell.once('close', () => resolve()));
    },
  };
}

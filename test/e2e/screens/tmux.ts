import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { cli } from '../shell.ts';

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** Real terminals, as many as are opened, in which a shell waits for what is typed. */
export interface Tmux {
  open(name: string, size: TerminalSize): void;
  resize(name: string, size: TerminalSize): void;
  /** Types the text, then the keys: `Enter`, `C-c`. */
  type(name: string, text: string, ...keys: string[]): void;
  /** What is seen, without what is empty at its foot and at the ends of lines. */
  screen(name: string): string;
  /** Whether the terminal is as a shell wants it: its own screen, and a cursor. */
  isPlain(name: string): boolean;
  close(): void;
}

export function hasTmux(): boolean {
  return spawnSync('tmux', ['-V']).status === 0;
}

/** Everything of it lies in the folder, where also its shells begin. */
export function startTmux(folder: string): Tmux {
  const bin = join(folder, '.bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'pzm'), `#!/bin/sh\nexec '${process.execPath}' '${cli}' "$@"\n`);
  chmodSync(join(bin, 'pzm'), 0o700);
  // Nothing of the one who runs the test: no prompt, no settings, no language of theirs.
  const env = {
    ...{ PATH: `${bin}${delimiter}${process.env['PATH']}`, HOME: folder, LANG: 'C.UTF-8', PS1: '$ ' },
    ...{ TERM: 'screen-256color' },
  };
  const tmux = (...args: string[]): string => {
    const all = ['-u', '-f', '/dev/null', '-S', join(folder, 'tmux.sock'), ...args];
    const { status, stdout, stderr } = spawnSync('tmux', all, { cwd: folder, env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`tmux ${args[0]} failed: ${stderr}`);
    return stdout;
  };
  const sized = ({ columns, rows }: TerminalSize) => ['-x', String(columns), '-y', String(rows)];
  return {
    open(name, size) {
      tmux('new-session', '-d', '-s', name, ...sized(size), 'bash', '--norc', '--noprofile');
      tmux('set-option', '-t', name, 'status', 'off');
      tmux('resize-window', '-t', name, ...sized(size));
    },
    resize: (name, size) => void tmux('resize-window', '-t', name, ...sized(size)),
    type(name, text, ...keys) {
      if (text !== '') tmux('send-keys', '-t', name, '-l', text);
      if (keys.length > 0) tmux('send-keys', '-t', name, ...keys);
    },
    screen: (name) =>
      tmux('capture-pane', '-p', '-t', name)
        .split('\n')
        .map((line) => line.trimEnd())
        .join('\n')
        .trimEnd(),
    isPlain: (name) =>
      tmux('display-message', '-p', '-t', name, '#{alternate_on} #{cursor_flag}').trim() === '0 1',
    close: () => void spawnSync('tmux', ['-S', join(folder, 'tmux.sock'), 'kill-server']),
  };
}

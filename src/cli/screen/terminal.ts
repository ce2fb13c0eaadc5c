import type { ReadStream, WriteStream } from 'node:tty';
import { drawFrame, type Frame } from './frame.ts';
import type { Size } from './line.ts';

/** The whole terminal, for as long as it is open. */
export interface Screen {
  size(): Size;
  draw(lines: readonly string[]): void;
  /** The terminal is as it was before. */
  close(): void;
}

export interface ScreenEvents {
  /** A key as it is typed: `q`, or `ctrl-c`. */
  onKey(key: string): void;
  /** The size has changed, or the screen is back after it was stopped: what was drawn is gone. */
  onRedraw(): void;
}

/** Whatever others have written over the picture meanwhile is gone after so long. */
const wholeEveryMs = 5000;
const enter = '\u001b[?1049h\u001b[?25l\u001b[?7l';
const leave = '\u001b[?7h\u001b[?25h\u001b[?1049l';

/**
 * Takes the terminal: the other screen, no cursor, no line that wraps, keys at once. Gives it back when closed, when the
 * process exits or crashes, and while it is stopped (Ctrl-Z).
 */
export function openScreen(stdin: ReadStream, stdout: WriteStream, events: ScreenEvents): Screen {
  let last: Frame | undefined;
  let wholeAt = 0;
  let isOpen = false;
  const size = (): Size => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 });
  const take = () => {
    if (isOpen) return;
    isOpen = true;
    last = undefined;
    if (stdin.isTTY) stdin.setRawMode(true);
    stdout.write(enter);
  };
  const give = () => {
    if (!isOpen) return;
    isOpen = false;
    // Synchronous on a terminal: it is done when the process ends right after.
    stdout.write(leave);
    if (stdin.isTTY) stdin.setRawMode(false);
  };
  const onData = (data: Buffer) => {
    for (const key of keysOf(data.toString())) {
      // Raw keys send no signals: the whole job stops, as the terminal would have had it.
      if (key === 'ctrl-z') process.kill(0, 'SIGTSTP');
      else events.onKey(key);
    }
  };
  const onResize = () => {
    last = undefined;
    events.onRedraw();
  };
  const onStop = () => {
    give();
    process.off('SIGTSTP', onStop);
    process.kill(process.pid, 'SIGTSTP');
  };
  const onContinue = () => {
    process.on('SIGTSTP', onStop);
    take();
    events.onRedraw();
  };

  take();
  if (stdin.isTTY) stdin.on('data', onData).resume();
  stdout.on('resize', onResize);
  process.on('exit', give).on('SIGTSTP', onStop).on('SIGCONT', onContinue);
  // Before the one that reports it: on the other screen nobody would read the report.
  process.prependListener('uncaughtException', give);
  return {
    size,
    draw(lines) {
      if (!isOpen) return;
      const frame = { size: size(), lines };
      const isWhole = !last || performance.now() - wholeAt > wholeEveryMs;
      if (isWhole) wholeAt = performance.now();
      const text = drawFrame(isWhole ? undefined : last, frame);
      last = frame;
      // In one go: a terminal that is redrawn in parts flickers.
      if (text !== '') stdout.write(text);
    },
    close() {
      give();
      stdin.off('data', onData);
      if (stdin.isTTY) stdin.pause();
      stdout.off('resize', onResize);
      process.off('exit', give).off('SIGTSTP', onStop).off('SIGCONT', onContinue);
      process.off('uncaughtException', give);
    },
  };
}

const sequences = new RegExp(`${String.fromCharCode(27)}(?:\\[[0-?]*[ -/]*[@-~]|O.)`, 'g');

const controlKeys: Readonly<Record<string, string>> = {
  '\u0003': 'ctrl-c',
  '\u001a': 'ctrl-z',
  '\u001b': 'escape',
  '\r': 'enter',
};

/** What was typed, or pasted; arrows and the like, which nothing here listens to, are left out. */
export function keysOf(typed: string): string[] {
  return [...typed.replace(sequences, '')].map((key) => controlKeys[key] ?? key);
}

import { untilAborted } from '../signals.ts';
import type { Size } from './line.ts';
import { openScreen } from './terminal.ts';

/** Something that changes, shown on the whole terminal. */
export interface LiveView {
  /** Finds out how it is now; what it throws ends the showing. */
  refresh(): Promise<void>;
  /** At most so many lines, none of them wider than the screen. */
  render(size: Size): readonly string[];
  /** A key was typed that is not for leaving. */
  onKey(key: string): void;
  /** Whether `refresh` is to be left alone for now. */
  isPaused(): boolean;
}

export interface LiveOptions {
  /** Resolves when it is time to look again; at once when the signal aborts. */
  readonly pause: (signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
}

/** Shows the view until `q`, Ctrl-C or the signal; says by what it ended. */
export async function showLive(
  view: LiveView,
  { pause, signal }: LiveOptions,
): Promise<'quit' | 'interrupted' | 'aborted'> {
  const left = new AbortController();
  const ending = AbortSignal.any([signal, left.signal]);
  // Once: each wait for the signal would leave a listener behind for as long as the screen is open.
  const ended = untilAborted(ending);
  let end: 'quit' | 'interrupted' = 'quit';
  const draw = () => {
    const { columns, rows } = screen.size();
    screen.draw(view.render({ columns, rows }).slice(0, rows));
  };
  const screen = openScreen(process.stdin, process.stdout, {
    onKey(key) {
      if (key === 'q' || key === 'ctrl-c') {
        end = key === 'q' ? 'quit' : 'interrupted';
        left.abort();
        return;
      }
      view.onKey(key);
      draw();
    },
    onRedraw: draw,
  });
  try {
    while (!ending.aborted) {
      if (!view.isPaused()) await Promise.race([view.refresh(), ended]);
      if (ending.aborted) break;
      draw();
      await pause(ending);
    }
  } finally {
    screen.close();
  }
  return signal.aborted ? 'aborted' : end;
}

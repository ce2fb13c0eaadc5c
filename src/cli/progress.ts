import { humanDuration } from '../model/duration.ts';
import { printable } from '../model/facts-text.ts';
import { cutToWidth } from './screen/text-width.ts';

/** Says how far it is: cheap, and to be called often, by what keeps the event loop busy above all. */
export type Tell = (what: string) => void;

/** One line for whoever waits: it comes after a second, and is gone when the work is done. */
export interface ProgressLine {
  /** Settles as `work` does; `what` says what is waited for, `draining`. */
  during<T>(what: string, work: (tell: Tell) => T | Promise<T>): Promise<T>;
  /** Makes room for what is to be written now; the line comes back by itself. */
  clear(): void;
}

/** A terminal. */
export interface ProgressStream {
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

const afterMs = 1000;
const redrawEveryMs = 500;
const eraseToEnd = '\u001b[K';

/** Without a stream nothing is ever shown. */
export function createProgressLine(
  stream: ProgressStream | undefined,
  now: () => number = () => performance.now(),
): ProgressLine {
  if (!stream) return { during: async (_, work) => work(() => {}), clear() {} };
  let isShown = false;
  const draw = (text: string) => {
    isShown = true;
    // Back at its begin: what others write to the terminal meanwhile takes its place.
    stream.write(`\r${cutToWidth(printable(text), (stream.columns || 80) - 1)}${eraseToEnd}\r`);
  };
  const clear = () => {
    if (isShown) stream.write(`\r${eraseToEnd}`);
    isShown = false;
  };
  return {
    clear,
    async during(what, work) {
      const begun = now();
      let text = what;
      let drawnAt = begun + afterMs - redrawEveryMs;
      const look = () => {
        const at = now();
        if (at - drawnAt < redrawEveryMs) return;
        drawnAt = at;
        // Whole seconds: a figure that flickers says no more.
        draw(`${text} · ${humanDuration(Math.floor((at - begun) / 1000) * 1000)}`);
      };
      const timer = setInterval(look, redrawEveryMs / 5).unref();
      process.on('exit', clear);
      const interrupted = clearAtInterrupt(clear);
      try {
        return await work((next) => {
          text = next;
          look();
        });
      } finally {
        clearInterval(timer);
        process.off('exit', clear);
        process.off('SIGINT', interrupted);
        clear();
      }
    },
  };
}

/** Ctrl-C ends whom nobody has taught otherwise, without an `exit`; it still does, with the line gone. */
function clearAtInterrupt(clear: () => void): () => void {
  const interrupted = () => {
    clear();
    process.off('SIGINT', interrupted);
    if (process.listenerCount('SIGINT') === 0) process.kill(process.pid, 'SIGINT');
  };
  process.on('SIGINT', interrupted);
  return interrupted;
}

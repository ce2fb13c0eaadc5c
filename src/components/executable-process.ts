import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createLineSplitter, type Line } from './lines.ts';

export interface ExecutableProcessEvents {
  /** On its standard output. */
  onLine(line: Line): void;
  /** It closed its standard output. */
  onMuted(): void;
  /** On its standard error. */
  onRemark(line: Line): void;
  /** The last call, after everything it said; `how` is an exit code, a signal, or why it could not be started. */
  onEnd(how: string): void;
}

const answerBytes = 1024 * 1024;
const remarkBytes = 4096;
/** After its end, what its own children still hold open is let go. */
const lastWordsMs = 500;

/** One life of an executable. It leads a process group of its own: a Ctrl-C passes it by, and its children end with it. */
export class ExecutableProcess {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #closed: Promise<void>;

  constructor(file: string, cwd: string, events: ExecutableProcessEvents) {
    const child = spawn(file, [], { cwd, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
    this.#process = child;
    const answers = createLineSplitter(answerBytes);
    const remarks = createLineSplitter(remarkBytes);
    let mutedTimer: NodeJS.Timeout | undefined;
    child.stdout.on('data', (chunk: Buffer) => answers(chunk).forEach(events.onLine));
    // One that ends closes it, too, and is then heard of by its end.
    child.stdout.once('end', () => {
      mutedTimer = setTimeout(events.onMuted, lastWordsMs);
    });
    child.stderr.on('data', (chunk: Buffer) => remarks(chunk).forEach(events.onRemark));
    // It has closed its input, or is gone: what it does not answer is found out by the deadlines.
    child.stdin.on('error', () => {});
    this.#closed = new Promise((resolve) => {
      const conclude = (how: string) => {
        clearTimeout(mutedTimer);
        resolve();
        events.onEnd(how);
      };
      child.once('exit', () => {
        clearTimeout(mutedTimer);
        this.signal('SIGKILL');
        setTimeout(() => {
          child.stdout.destroy();
          child.stderr.destroy();
        }, lastWordsMs).unref();
      });
      child.once('close', (code, signal) => {
        if (child.pid !== undefined) conclude(signal ?? `exit code ${code}`);
      });
      child.once('error', (error) => {
        if (child.pid === undefined) conclude(error.message);
      });
    });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  send(line: string): void {
    this.#process.stdin.write(`${line}\n`);
  }

  /** It and its children; those that are gone already are no fault. */
  signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    const { pid } = this.#process;
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  /** Closes its input and waits; what takes too long is cut short by SIGTERM after a second, and SIGKILL after two more. */
  async stop(): Promise<void> {
    this.#process.stdin.end();
    const timers = [
      setTimeout(() => this.signal('SIGTERM'), 1000),
      setTimeout(() => this.signal('SIGKILL'), 3000),
    ];
    await this.#closed;
    for (const timer of timers) clearTimeout(timer);
  }
}

/** One incarnation of a child process, from fork to the end of its channel. */
import { type ChildProcess, fork } from 'node:child_process';
import type { FromChild, StartFailure, ToChild } from './channel.ts';
import type { Vitals } from './vitals.ts';

export interface ForkOptions {
  /** The main module; it calls `runChild`. */
  readonly module: URL | string;
  readonly args?: readonly string[];
  /** Added to the supervisor's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly execArgv?: readonly string[];
}

export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ForkedChildEvents {
  onReady(details: unknown): void;
  onFailed(failure: StartFailure): void;
  onMessage(body: unknown): void;
  /** The last call, after everything that the child sent has been delivered. */
  onExit(exit: ChildExit): void;
}

export class ForkedChild {
  readonly pid: number | undefined;
  /** What the child said of itself with its last pong. */
  stats: unknown;
  /** How it was then. */
  vitals: Vitals | undefined;
  readonly #process: ChildProcess;
  readonly #events: ForkedChildEvents;
  readonly #gone: Promise<void>;
  #loaded = false;
  #configuration: { readonly value: unknown } | undefined;
  #readyTimer: NodeJS.Timeout | undefined;
  #unansweredPings = 0;
  #onDrained: (() => void) | undefined;

  constructor(options: ForkOptions, events: ForkedChildEvents) {
    this.#events = events;
    this.#process = fork(options.module, options.args ?? [], {
      serialization: 'advanced',
      // The supervisor's terminal is not the children's to read from.
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, ...options.env },
      ...(options.execArgv && { execArgv: [...options.execArgv] }),
    });
    this.pid = this.#process.pid;
    this.#process.on('message', (message) => this.#receive(message as FromChild));
    this.#gone = new Promise((resolve) => {
      const conclude = (code: number | null, signal: NodeJS.Signals | null) => {
        clearTimeout(this.#readyTimer);
        resolve();
        events.onExit({ code, signal });
      };
      // 'close', not 'exit': the channel may still hold the child's last words when it exits.
      this.#process.once('close', conclude);
      this.#process.on('error', (error) => {
        if (this.pid !== undefined) return; // An unsent message or signal; 'close' tells of the child's end.
        this.#process.removeListener('close', conclude);
        events.onFailed({ code: undefined, message: error.message, hint: undefined });
        conclude(null, null);
      });
    });
  }

  /** Sent once the child has loaded its modules; it is killed unless ready within the time. */
  configure(configuration: unknown, readyWithinMs: number): void {
    this.#configuration = { value: configuration };
    this.#readyTimer = setTimeout(() => {
      const message = `was not ready within ${readyWithinMs / 1000} s`;
      this.#events.onFailed({ code: undefined, message, hint: undefined });
      this.kill();
    }, readyWithinMs);
    this.#configureIfLoaded();
  }

  send(body: unknown): void {
    this.#send({ type: 'message', body });
  }

  /** Kills the child when `mostUnanswered` pings have had no answer: counted, not timed. */
  ping(mostUnanswered: number): void {
    if (this.#unansweredPings < mostUnanswered) {
      this.#unansweredPings += 1;
      this.#send({ type: 'ping' });
    } else {
      this.kill();
    }
  }

  /** After a pause of the supervisor itself: silence until now proves nothing. */
  forgivePings(): void {
    this.#unansweredPings = 0;
  }

  /**
   * Resolves when it is gone. Each step that takes too long is cut short by the next, harder one. `restarts` when
   * another one follows it.
   */
  async stop(drainWithinMs: number | undefined, exitWithinMs: number, restarts = false): Promise<void> {
    clearTimeout(this.#readyTimer);
    if (drainWithinMs !== undefined) {
      const drained = new Promise<void>((resolve) => {
        this.#onDrained = resolve;
      });
      this.#send({ type: 'drain', restarts });
      await within(drainWithinMs, drained, this.#gone);
    }
    this.#send({ type: 'exit' });
    await within(exitWithinMs, this.#gone);
    this.kill();
    await this.#gone;
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  #receive(message: FromChild): void {
    switch (message.type) {
      case 'loaded':
        this.#loaded = true;
        this.#configureIfLoaded();
        break;
      case 'ready':
        clearTimeout(this.#readyTimer);
        this.#events.onReady(message.details);
        break;
      case 'failed':
        this.#events.onFailed({ code: message.code, message: message.message, hint: message.hint });
        break;
      case 'pong':
        this.#unansweredPings = 0;
        this.stats = message.stats;
        this.vitals = message.vitals;
        break;
      case 'message':
        this.#events.onMessage(message.body);
        break;
      case 'drained':
        this.#onDrained?.();
        break;
    }
  }

  #configureIfLoaded(): void {
    if (!this.#loaded || !this.#configuration) return;
    this.#send({ type: 'configure', configuration: this.#configuration.value });
  }

  #send(message: ToChild): void {
    // A child that is going cannot be told anything; its exit is what counts then.
    if (this.#process.connected) this.#process.send(message, () => {});
  }
}

/** Resolves with the first of the promises, or when the time is over. */
async function within(timeoutMs: number, ...promises: readonly Promise<void>[]): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([...promises, timeout]);
  clearTimeout(timer);
}

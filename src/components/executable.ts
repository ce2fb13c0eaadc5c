import type { ActionContext, Component, Method } from '../actors/component.ts';
import { PolarError } from '../model/errors.ts';
import type { Logger } from '../telemetry/log.ts';
import {
  type ExecutableEffect,
  type ExecutableEvent,
  type ExecutableState,
  newExecutable,
  superviseExecutable,
} from './executable-core.ts';
import { ExecutableProcess } from './executable-process.ts';
import { type Answer, formatRequest } from './executable-words.ts';
import type { ComponentFile } from './folder.ts';
import { createRemarks } from './remarks.ts';

export interface ExecutableOptions {
  readonly projectDir: string;
  readonly log: Logger;
}

/** The shell around the core: processes, timers, and those who wait for an answer. */
export class Executable {
  readonly #own: ComponentFile;
  readonly #options: ExecutableOptions;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #state: ExecutableState = newExecutable;
  #process: ExecutableProcess | undefined;
  #startTimer: NodeJS.Timeout | undefined;
  #lastId = 0;
  /** Lines of this life that answered nothing. */
  #ignored = 0;

  constructor(own: ComponentFile, options: ExecutableOptions) {
    this.#own = own;
    this.#options = options;
  }

  /** Which methods it has only it knows, so every name is one: an unknown one is its own to refuse. */
  get component(): Component {
    const methodNamed = (name: string): Method => {
      return (body, context) => this.#ask(name, body, context);
    };
    return new Proxy<Component>(
      {},
      { get: (_, name) => (typeof name === 'string' ? methodNamed(name) : undefined) },
    );
  }

  /** Nothing is asked any more; resolves when it has ended. */
  async stop(): Promise<void> {
    this.#dispatch({ type: 'stopped' });
    clearTimeout(this.#startTimer);
    await this.#process?.stop();
  }

  kill(): void {
    this.#process?.signal('SIGKILL');
  }

  #ask(method: string, body: unknown, context: ActionContext): Promise<unknown> {
    const id = ++this.#lastId;
    const { signal, task } = context;
    return new Promise((resolve, reject) => {
      // It came too late: nobody is to be killed for not answering what was never asked.
      if (signal.aborted || (task.deadline > 0 && task.deadline <= Date.now())) {
        return reject(
          new PolarError('action.timeout', `${this.#own.name}: The deadline had passed before it was asked.`),
        );
      }
      const line = formatRequest(id, method, body, task);
      const onAbort = () => this.#dispatch({ type: 'overdue', id });
      this.#waiting.set(id, (answer) => {
        signal.removeEventListener('abort', onAbort);
        try {
          resolve(this.#take(answer, context));
        } catch (error) {
          reject(error);
        }
      });
      signal.addEventListener('abort', onAbort, { once: true });
      this.#dispatch({ type: 'asked', id, line, atMs: performance.now() });
    });
  }

  #take(answer: Answer, context: ActionContext): unknown {
    if (answer.kind === 'error') throw new PolarError(answer.code, `${this.#own.name}: ${answer.message}`);
    for (const message of answer.emit) context.emit(message);
    return answer.kind === 'end' ? context.end(answer.reason) : answer.body;
  }

  #dispatch(event: ExecutableEvent): void {
    const { state, effects } = superviseExecutable(this.#state, event);
    this.#state = state;
    for (const effect of effects) this.#carryOut(effect);
  }

  #carryOut(effect: ExecutableEffect): void {
    switch (effect.type) {
      case 'start':
        this.#startTimer = setTimeout(() => this.#start(), effect.afterMs);
        break;
      case 'send':
        this.#process?.send(effect.line);
        break;
      case 'answer':
        this.#settle(effect.id, effect.answer);
        break;
      case 'kill':
        this.#log('warn', { event: 'executable.killed', err: effect.reason }, 'executable killed');
        this.kill();
        break;
      case 'ignore':
        this.#ignored++;
        if (this.#ignored > 1) break;
        this.#log('warn', { event: 'executable.line-ignored', err: effect.problem }, 'line ignored');
    }
  }

  #settle(id: number, answer: Answer): void {
    const settle = this.#waiting.get(id);
    this.#waiting.delete(id);
    settle?.(answer);
  }

  #start(): void {
    this.#ignored = 0;
    const remarks = createRemarks((fields) => this.#log('info', fields, 'executable said'));
    const life = new ExecutableProcess(this.#own.file, this.#options.projectDir, {
      onLine: ({ text, isCut }) => this.#dispatch({ type: 'line', text: isCut ? undefined : text }),
      onMuted: () => this.#dispatch({ type: 'muted' }),
      onRemark: remarks,
      onEnd: (how) => {
        this.#process = undefined;
        const level = this.#state.phase === 'stopped' ? 'info' : 'warn';
        this.#log(level, { event: 'executable.ended', how, ignored: this.#ignored }, 'executable ended');
        this.#dispatch({ type: 'ended', how, atMs: performance.now() });
      },
    });
    this.#process = life;
    this.#log('info', { event: 'executable.started', executablePid: life.pid }, 'executable started');
    if (life.pid !== undefined) this.#dispatch({ type: 'started' });
  }

  #log(level: 'info' | 'warn', fields: object, message: string): void {
    this.#options.log[level]({ executable: this.#own.name, ...fields }, message);
  }
}

/** One name's mailbox and the behaviour that at present answers for it. */
import { PolarError } from '../model/errors.ts';
import type { Behaviour } from './behaviour.ts';
import { Mailbox } from './mailbox.ts';

interface Letter<M, R> {
  readonly message: M;
  readonly signal: AbortSignal;
  readonly answer: (answer: R | Promise<R>) => void;
  readonly refuse: (reason: unknown) => void;
}

export interface ActorEvents {
  /** The behaviour threw; the answer says whether it goes on. Whoever asked is told in any case. */
  onThrow(error: unknown): 'continue' | 'end';
}

/**
 * The mailbox outlives the behaviour: a throw fails the one message it was thrown on, and those that wait
 * are answered by a fresh behaviour.
 */
export class Actor<M = unknown, R = unknown> {
  /** When it last got or finished a message, by the monotonic clock. */
  usedMs = performance.now();
  readonly #create: () => Behaviour<M, R>;
  readonly #mailbox: Mailbox<Letter<M, R>>;
  readonly #events: ActorEvents;
  readonly #name: string;
  #behaviour: Behaviour<M, R> | undefined;
  #isBusy = false;
  #isStopped = false;

  constructor(name: string, create: () => Behaviour<M, R>, mailboxCapacity: number, events: ActorEvents) {
    this.#name = name;
    this.#create = create;
    this.#mailbox = new Mailbox(mailboxCapacity);
    this.#events = events;
  }

  get isIdle(): boolean {
    return !this.#isBusy;
  }

  ask(message: M, signal: AbortSignal): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      // The asker waits no longer than its signal; a behaviour that ignores it still ends this message first.
      const onAbort = () => {
        this.#mailbox.withdraw(letter);
        reject(signal.reason);
      };
      const letter: Letter<M, R> = {
        message,
        signal,
        answer: (answer) => {
          signal.removeEventListener('abort', onAbort);
          resolve(answer);
        },
        refuse: (reason) => {
          signal.removeEventListener('abort', onAbort);
          reject(reason);
        },
      };
      if (!this.#mailbox.offer(letter)) return reject(mailboxFull(this.#name));
      signal.addEventListener('abort', onAbort, { once: true });
      this.usedMs = performance.now();
      if (!this.#isBusy) void this.#work();
    });
  }

  /** Refuses what waits, if anything does; a message in hand is finished, and then the behaviour ends. */
  stop(reason?: PolarError): void {
    this.#isStopped = true;
    for (let letter = this.#mailbox.take(); letter; letter = this.#mailbox.take()) letter.refuse(reason);
    if (!this.#isBusy) this.#end();
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    for (let letter = this.#mailbox.take(); letter; letter = this.#mailbox.take()) {
      try {
        this.#behaviour ??= this.#create();
        const answer = this.#behaviour.receive(letter.message, letter.signal);
        letter.answer(answer instanceof Promise ? await answer : answer);
      } catch (error) {
        letter.refuse(error);
        if (this.#events.onThrow(error) === 'end') this.#end();
      }
    }
    this.#isBusy = false;
    this.usedMs = performance.now();
    if (this.#isStopped) this.#end();
  }

  #end(): void {
    const behaviour = this.#behaviour;
    this.#behaviour = undefined;
    behaviour?.stop?.();
  }
}

function mailboxFull(name: string): PolarError {
  return new PolarError('intake.full', `The mailbox of ${name} is full.`, {
    hint: 'Ask again when it has answered some of those that wait.',
  });
}

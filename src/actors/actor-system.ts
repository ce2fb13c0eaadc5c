/**
 * Actors in one process. They are temporary children: one that ends is forgotten and the next ask makes a fresh
 * one. So they may end at any time between two messages, and do when they are idle or too many.
 */
import { PolarError } from '../model/errors.ts';
import { fateOfFailed } from '../supervision/error-kernel.ts';
import { countRestart, defaultIntensity, type Intensity, type Restart } from '../supervision/intensity.ts';
import { Actor } from './actor.ts';
import type { Behaviour } from './behaviour.ts';

export type { Behaviour } from './behaviour.ts';

export interface ActorSystemOptions {
  /** Messages that wait for one actor, besides the one in hand; then `intake.full`. */
  readonly mailboxCapacity?: number;
  /** Alive at once. Past it the least recently used idle one ends; when none is idle, `intake.full`. */
  readonly maxActors?: number;
  /** An actor ends after this long without a message. */
  readonly idleMs?: number;
  /** How often permanent actors may be restarted before that is escalated. */
  readonly intensity?: Intensity;
  /** A failure that no fresh actor mends: a fatal code, or the intensity of permanent actors exceeded. */
  readonly onEscalate?: (error: unknown) => void;
}

/** A permanent actor never ends for being idle, and its ends count towards the intensity. */
type RestartOfActor = 'permanent' | 'temporary';

export interface SpawnOptions {
  /** Temporary unless given. */
  readonly restart?: RestartOfActor;
}

/** A name to ask, valid as long as the system is: actors come and go behind it. */
export interface ActorRef<M, R> {
  readonly name: string;
  /**
   * Rejects with `intake.full`, with what the behaviour throws, with `signal.reason` as soon as it aborts,
   * or with `control.refused` when the system has stopped.
   */
  ask(message: M, signal: AbortSignal): Promise<R>;
}

export class ActorSystem {
  readonly #mailboxCapacity: number;
  readonly #maxActors: number;
  readonly #idleMs: number;
  readonly #intensity: Intensity;
  readonly #escalate: (error: unknown) => void;
  /** Least recently asked first. */
  readonly #entries = new Map<string, Entry>();
  #restarts: readonly Restart[] = [];
  #sweeper: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(options: ActorSystemOptions = {}) {
    this.#mailboxCapacity = options.mailboxCapacity ?? 64;
    this.#maxActors = options.maxActors ?? 10_000;
    this.#idleMs = options.idleMs ?? 300_000;
    this.#intensity = options.intensity ?? defaultIntensity;
    this.#escalate = options.onEscalate ?? endProcess;
  }

  /** The name to ask. `create` is called with the first message, and again whenever the one before has ended. */
  spawn<M, R>(create: () => Behaviour<M, R>, name: string, options: SpawnOptions = {}): ActorRef<M, R> {
    const { restart = 'temporary' } = options;
    return {
      name,
      ask: async (message, signal) => this.#actorOf(name, create, restart).ask(message, signal),
    };
  }

  /** Ends every actor when it has finished the message in hand; what waits is refused. */
  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#sweeper);
    for (const [name, { actor }] of this.#entries) actor.stop(systemStopped(name));
    this.#entries.clear();
  }

  #actorOf<M, R>(name: string, create: () => Behaviour<M, R>, restart: RestartOfActor): Actor<M, R> {
    if (this.#isStopped) throw systemStopped(name);
    let entry = this.#entries.get(name);
    if (entry) {
      this.#entries.delete(name);
    } else {
      this.#makeRoom();
      const onThrow = (error: unknown) => this.#onThrow(name, restart, error);
      entry = { restart, actor: new Actor(name, create, this.#mailboxCapacity, { onThrow }) as Actor };
    }
    this.#entries.set(name, entry);
    // A name belongs to one behaviour: its callers agree on what it is asked and answers.
    return entry.actor as Actor<M, R>;
  }

  #onThrow(name: string, restart: RestartOfActor, error: unknown): 'continue' | 'end' {
    const fate = fateOfFailed(error, restart);
    if (fate === 'continue') return 'continue';
    if (fate === 'escalate') this.#escalate(error);
    if (fate === 'restart') {
      const { recent, exceeded } = countRestart(
        this.#restarts,
        { name, atMs: performance.now() },
        this.#intensity,
      );
      this.#restarts = recent;
      if (exceeded) this.#escalate(error);
    }
    return 'end';
  }

  #makeRoom(): void {
    this.#sweeper ??= setInterval(() => this.#sweep(), this.#idleMs / 2).unref();
    if (this.#entries.size < this.#maxActors) return;
    for (const [name, entry] of this.#entries) {
      if (!mayEnd(entry)) continue;
      this.#end(name, entry);
      return;
    }
    throw new PolarError('intake.full', `All ${this.#maxActors} actors are busy.`, {
      hint: 'Ask again when some of them have answered.',
    });
  }

  #sweep(): void {
    const usedBeforeMs = performance.now() - this.#idleMs;
    for (const [name, entry] of this.#entries) {
      if (mayEnd(entry) && entry.actor.usedMs <= usedBeforeMs) this.#end(name, entry);
    }
  }

  #end(name: string, { actor }: Entry): void {
    this.#entries.delete(name);
    actor.stop();
  }
}

interface Entry {
  readonly actor: Actor;
  readonly restart: RestartOfActor;
}

function mayEnd({ actor, restart }: Entry): boolean {
  return restart === 'temporary' && actor.isIdle;
}

function systemStopped(name: string): PolarError {
  return new PolarError('control.refused', `${name} cannot be asked: its process is stopping.`);
}

/** OTP's rule: a supervisor that gives up ends, and its own supervisor answers. */
function endProcess(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

/** Carries out `restart-policy.ts` with forked processes: thin, every decision is made there. */
import { PolarError } from '../model/errors.ts';
import { createExpectations } from './expectations.ts';
import { type ChildExit, ForkedChild } from './forked-child.ts';
import { defaultIntensity, type Intensity } from './intensity.ts';
import { Liveness } from './liveness.ts';
import {
  createSlot,
  escalationOf,
  failureBy,
  howItEnded,
  type Incarnation,
  incarnationOf,
  type ProcessSnapshot,
  type ProcessSpec,
  type Slot,
  snapshotOf,
} from './process-slot.ts';
import {
  createSupervision,
  type SupervisedChild,
  type SupervisionEffect,
  type SupervisionEvent,
  type SupervisionState,
  supervise,
} from './restart-policy.ts';

export type { Incarnation, ProcessSnapshot, ProcessSpec, ProcessState } from './process-slot.ts';

export interface SupervisorHooks {
  /** What a child is told before it is ready. Called for each incarnation; at the start, when those before it are ready. */
  configurationOf(name: string, incarnation: number): unknown;
  onReady?(child: Incarnation & { readonly details: unknown }): void;
  /** `expected` when it was told to stop. Its successor is not started before this returns. */
  onExit?(child: Incarnation & ChildExit & { readonly expected: boolean }): void;
  onMessage?(name: string, body: unknown): void;
  /** After the start: everything is stopped, because going on restarting would not help. */
  onEscalate?(reason: PolarError): void;
}

export interface SupervisorOptions {
  readonly intensity?: Intensity;
  readonly pingEveryMs?: number;
}

/** Between "exit" and SIGKILL: a child that has drained has only to close its files. */
const exitWithinMs = 2000;

export class ProcessSupervisor {
  readonly #hooks: SupervisorHooks;
  readonly #slots = new Map<string, Slot>();
  /** Of children that were removed, by name. */
  readonly #livesOf = new Map<string, number>();
  readonly #expected = createExpectations();
  readonly #liveness: Liveness;
  readonly #start = createDeferred();
  readonly #end = createDeferred();
  #isStarted = false;
  #state: SupervisionState;

  constructor(specs: readonly ProcessSpec[], hooks: SupervisorHooks, options: SupervisorOptions = {}) {
    const { intensity = defaultIntensity, pingEveryMs = 1000 } = options;
    this.#hooks = hooks;
    this.#state = createSupervision({ strategy: 'one-for-one', intensity }, specs);
    for (const spec of specs) this.#slots.set(spec.name, createSlot(spec));
    this.#liveness = new Liveness(pingEveryMs, () => this.#readyForks());
  }

  /**
   * Forks all at once, so that they load their modules together, then configures one after the other.
   * Resolves when all are ready.
   * @throws node.start-failed, or the fatal code that a child gave; nothing runs then.
   */
  start(): Promise<void> {
    for (const slot of this.#slots.values()) this.#fork(slot);
    this.#liveness.start();
    this.#dispatch({ type: 'start' });
    return this.#start.promise;
  }

  /** Stops all in the given order, by default the reverse of the start; resolves when nothing runs. */
  drain(order?: readonly string[]): Promise<void> {
    this.#dispatch({ type: 'stop', ...(order && { order }) });
    return this.#end.promise;
  }

  /**
   * Drains one child and starts its successor; resolves when that one is ready.
   * @throws control.refused when there is no such child, or everything is stopped meanwhile
   */
  restart(name: string): Promise<void> {
    const { incarnation } = this.#slotOf(name);
    if (this.#state.ending) throw stopsAlready();
    this.#dispatch({ type: 'restart', name });
    return this.#expected.readyAfter(name, incarnation);
  }

  /** Starts one more, behind all others; resolves when it is ready. @throws control.refused as `restart` does */
  add(spec: ProcessSpec): Promise<void> {
    const { name } = spec;
    if (this.#slots.has(name)) throw new Error(`A process named ${name} is there already.`);
    if (this.#state.ending) throw stopsAlready();
    const livesBefore = this.#livesOf.get(name) ?? 0;
    this.#slots.set(name, createSlot(spec, livesBefore));
    this.#dispatch({ type: 'added', child: spec });
    return this.#expected.readyAfter(name, livesBefore);
  }

  /** Drains one child for good; resolves when it is gone. @throws control.refused as `restart` does */
  remove(name: string): Promise<void> {
    const slot = this.#slotOf(name);
    if (this.#state.ending) throw stopsAlready();
    const gone = this.#expected.gone(name);
    slot.isRemoved = true;
    this.#dispatch({ type: 'removed', name });
    this.#forgetIfGone(slot);
    return gone;
  }

  /** False when no configured incarnation is there to hear it: the next one has its configuration instead. */
  send(name: string, body: unknown): boolean {
    const { fork, isConfigured } = this.#slotOf(name);
    if (!fork || !isConfigured) return false;
    fork.send(body);
    return true;
  }

  broadcast(body: unknown): void {
    for (const name of this.#slots.keys()) this.send(name, body);
  }

  snapshot(): ProcessSnapshot[] {
    return [...this.#slots.values()].map((slot) => snapshotOf(slot, this.#childOf(slot)));
  }

  #dispatch(event: SupervisionEvent): void {
    const { state, effects } = supervise(this.#state, event);
    this.#state = state;
    for (const effect of effects) this.#carryOut(effect);
    if (this.#isStarted || !state.children.every((child) => child.phase === 'up')) return;
    this.#isStarted = true;
    this.#start.resolve();
  }

  #carryOut(effect: SupervisionEffect): void {
    switch (effect.type) {
      case 'start': {
        const slot = this.#slotOf(effect.name);
        if (effect.afterMs === 0) this.#configure(slot);
        else slot.backOffTimer = setTimeout(() => this.#configure(slot), effect.afterMs);
        break;
      }
      case 'stop':
        this.#stop(this.#slotOf(effect.name), effect);
        break;
      case 'ended':
        void this.#finish(effect);
        break;
    }
  }

  #fork(slot: Slot): ForkedChild {
    slot.incarnation += 1;
    const fork = new ForkedChild(slot.spec, {
      onReady: (details) => this.#onReady(slot, details),
      onFailed: (failure) => {
        slot.failure = failure;
      },
      onMessage: (body) => this.#hooks.onMessage?.(slot.spec.name, body),
      onExit: (exit) => this.#onExit(slot, fork, exit),
    });
    slot.fork = fork;
    return fork;
  }

  #configure(slot: Slot): void {
    const fork = slot.fork ?? this.#fork(slot);
    const { name, readyWithinMs = 10_000 } = slot.spec;
    slot.failure = undefined;
    slot.isConfigured = true;
    fork.configure(this.#hooks.configurationOf(name, slot.incarnation), readyWithinMs);
  }

  #stop(slot: Slot, { drain, restarts }: Extract<SupervisionEffect, { type: 'stop' }>): void {
    clearTimeout(slot.backOffTimer);
    if (slot.fork) {
      const drainWithinMs = drain && slot.isReady ? (slot.spec.drainWithinMs ?? 10_000) : undefined;
      void slot.fork.stop(drainWithinMs, exitWithinMs, restarts);
    } else {
      // It was waiting for its back-off to pass. Later, so that each event is carried out whole.
      queueMicrotask(() => this.#ended(slot, 'normal'));
    }
  }

  #onReady(slot: Slot, details: unknown): void {
    // It was told to stop in the meantime: nobody should count on it any more.
    if (this.#childOf(slot)?.phase !== 'starting') return;
    slot.isReady = true;
    if (slot.lastExit) slot.lastExit.backInMs ??= performance.now() - slot.exitedAtMs;
    // Before the dispatch: the next child's configuration may build on these details.
    this.#hooks.onReady?.({ ...incarnationOf(slot, slot.fork?.pid), details });
    this.#dispatch({ type: 'ready', name: slot.spec.name });
    this.#expected.noteReady(slot.spec.name, slot.incarnation);
  }

  #onExit(slot: Slot, fork: ForkedChild, exit: ChildExit): void {
    const { isConfigured } = slot;
    const expected = this.#state.ending !== undefined || this.#childOf(slot)?.phase === 'stopping';
    slot.fork = undefined;
    slot.isConfigured = false;
    slot.isReady = false;
    slot.exitedAtMs = performance.now();
    slot.lastExit = { ...exit, at: Date.now(), backInMs: undefined };
    slot.failure ??= failureBy(exit, slot.spec.name);
    this.#hooks.onExit?.({ ...incarnationOf(slot, fork.pid), ...exit, expected });
    // Forked ahead and gone before its turn: its turn forks it again, and that one counts.
    if (isConfigured) this.#ended(slot, howItEnded(slot, exit));
  }

  #ended(slot: Slot, how: 'normal' | 'abnormal' | 'fatal'): void {
    this.#dispatch({ type: 'exited', name: slot.spec.name, how, atMs: performance.now() });
    this.#forgetIfGone(slot);
  }

  #forgetIfGone(slot: Slot): void {
    if (!slot.isRemoved || this.#childOf(slot)) return;
    const { name } = slot.spec;
    this.#slots.delete(name);
    this.#livesOf.set(name, slot.incarnation);
    this.#expected.noteGone(name);
  }

  async #finish({ reason, detail, culprit }: Extract<SupervisionEffect, { type: 'ended' }>): Promise<void> {
    // Only children that were forked ahead and never had their turn are left.
    await Promise.all([...this.#slots.values()].map((slot) => slot.fork?.stop(undefined, exitWithinMs)));
    this.#liveness.stop();
    this.#expected.giveUp();
    this.#end.resolve();
    const error = escalationOf(detail, culprit === undefined ? undefined : this.#slots.get(culprit)?.failure);
    if (!this.#isStarted) this.#start.reject(error);
    else if (reason === 'escalated') this.#hooks.onEscalate?.(error);
  }

  *#readyForks(): Iterable<ForkedChild> {
    for (const { fork, isReady } of this.#slots.values()) if (fork && isReady) yield fork;
  }

  #slotOf(name: string): Slot {
    const slot = this.#slots.get(name);
    if (slot) return slot;
    const hint = `Name one of ${[...this.#slots.keys()].join(', ')}.`;
    throw new PolarError('control.refused', `No process is named "${name}".`, { hint });
  }

  #childOf(slot: Slot): SupervisedChild | undefined {
    return this.#state.children.find((child) => child.name === slot.spec.name);
  }
}

function stopsAlready(): PolarError {
  return new PolarError('control.refused', 'The node stops.', { hint: 'Start it again with: pzm up -d' });
}

interface Deferred {
  readonly promise: Promise<void>;
  resolve(): void;
  reject(error: PolarError): void;
}

function createDeferred(): Deferred {
  let resolve!: () => void;
  let reject!: (error: PolarError) => void;
  const promise = new Promise<void>((...settle) => {
    [resolve, reject] = settle;
  });
  // The one who called `start` gets the rejection; a supervisor that was drained before has no such one.
  promise.catch(() => {});
  return { promise, resolve, reject };
}

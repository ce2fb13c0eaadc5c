/**
 * OTP's supervisor as a pure state machine: children start in order, stop in reverse order, and are restarted
 * by their restart type and the strategy, until the intensity is exceeded; then all stop and the fault is
 * escalated. It knows neither processes nor actors: a shell carries out the effects and reports what happened.
 *
 * A child's `phase` says what it does, its `goal` what it should; `settle` closes the difference, one lawful
 * effect at a time. So a crash in the midst of a restart or a stop needs no case of its own.
 */
import { countRestart, type Intensity, type Restart, restartDelayMs } from './intensity.ts';

/** Permanent: always restarted. Transient: unless it ended normally. Temporary: never, it is forgotten. */
export type RestartType = 'permanent' | 'transient' | 'temporary';

/** Who is restarted with a child: itself, itself and those started after it, or everyone. */
export type Strategy = 'one-for-one' | 'rest-for-one' | 'one-for-all';

export interface ChildSpec {
  readonly name: string;
  readonly restart: RestartType;
}

export interface RestartPolicy {
  readonly strategy: Strategy;
  readonly intensity: Intensity;
}

export interface SupervisedChild extends ChildSpec {
  readonly phase: 'down' | 'starting' | 'up' | 'stopping';
  readonly goal: 'up' | 'down' | 'restart';
  /** Has been up: its restart no longer waits for those before it when the strategy is one-for-one. */
  readonly known: boolean;
  /** How long its next start waits. */
  readonly delayMs: number;
}

export interface SupervisionState {
  readonly policy: RestartPolicy;
  /** In start order. */
  readonly children: readonly SupervisedChild[];
  readonly restarts: readonly Restart[];
  readonly ending: Ending | undefined;
}

interface Ending {
  readonly reason: 'stopped' | 'escalated';
  readonly detail: string;
  readonly culprit: string | undefined;
  /** Names in the order in which they stop; those not named come first. */
  readonly order: readonly string[];
  readonly drain: boolean;
}

export type SupervisionEvent =
  | { readonly type: 'start' }
  | { readonly type: 'added'; readonly child: ChildSpec }
  | { readonly type: 'ready'; readonly name: string }
  /** `fatal`: the child said that no restart can help. */
  | {
      readonly type: 'exited';
      readonly name: string;
      readonly how: 'normal' | 'abnormal' | 'fatal';
      readonly atMs: number;
    }
  /** By hand: no fault, and nothing that counts. One that waits for its back-off waits no more. */
  | { readonly type: 'restart'; readonly name: string }
  /** Stopped for good, and forgotten. */
  | { readonly type: 'removed'; readonly name: string }
  /** Stops all for good, by default in reverse start order. */
  | { readonly type: 'stop'; readonly order?: readonly string[] };

export type SupervisionEffect =
  /** Answered by `ready` or `exited`. */
  | { readonly type: 'start'; readonly name: string; readonly afterMs: number }
  /** Answered by `exited`. Without `drain` it need not finish what it has begun; `restarts` when one follows it. */
  | { readonly type: 'stop'; readonly name: string; readonly drain: boolean; readonly restarts: boolean }
  /** The last effect: every child is down. */
  | ({ readonly type: 'ended' } & Pick<Ending, 'reason' | 'detail' | 'culprit'>);

export interface Supervision {
  readonly state: SupervisionState;
  readonly effects: readonly SupervisionEffect[];
}

export function createSupervision(policy: RestartPolicy, specs: readonly ChildSpec[]): SupervisionState {
  return { policy, children: specs.map(newChild), restarts: [], ending: undefined };
}

export function supervise(state: SupervisionState, event: SupervisionEvent): Supervision {
  // Ended is ended: with everyone down and an ending on record, `ended` has been said already.
  if (state.ending && state.children.every(isDown)) return { state, effects: [] };
  return settle(note(state, event));
}

/** What an event changes in the goals and phases. */
function note(state: SupervisionState, event: SupervisionEvent): SupervisionState {
  switch (event.type) {
    case 'start':
      return state;
    case 'added':
      return state.ending ? state : { ...state, children: [...state.children, newChild(event.child)] };
    case 'ready':
      return mapChild(state, event.name, (child) =>
        child.phase === 'starting' ? { ...child, phase: 'up', known: true } : child,
      );
    case 'restart':
      if (state.ending) return state;
      return mapChild(state, event.name, (child) => ({ ...child, goal: isDown(child) ? 'up' : 'restart' }));
    case 'removed':
      return state.ending ? state : remove(state, event.name);
    case 'stop':
      return state.ending ? state : stop(state, event.order ?? []);
    case 'exited':
      return noteExit(state, event);
  }
}

/** From here on it is as one that is never started again. */
function remove(state: SupervisionState, name: string): SupervisionState {
  const removed = mapChild(state, name, (child) => ({ ...child, restart: 'temporary', goal: 'down' }));
  const child = removed.children.find((candidate) => candidate.name === name);
  return child && isDown(child) ? without(removed, name) : removed;
}

function noteExit(
  state: SupervisionState,
  { name, how, atMs }: Extract<SupervisionEvent, { type: 'exited' }>,
): SupervisionState {
  const child = state.children.find((candidate) => candidate.name === name);
  if (!child || isDown(child)) return state;
  const down = mapChild(state, name, (exited) => ({
    ...exited,
    phase: 'down',
    goal: exited.goal === 'restart' ? 'up' : exited.goal,
  }));
  const kept = child.restart === 'temporary' && child.goal !== 'restart' ? without(down, name) : down;
  // It was told to stop, by us or with all the others: no fault, nothing to count.
  if (child.phase === 'stopping' || state.ending) return kept;
  if (how === 'fatal') return escalate(kept, name, `${name} cannot go on`);
  if (child.restart === 'temporary') return kept;
  if (child.restart === 'transient' && how === 'normal') {
    return mapChild(kept, name, (ended) => ({ ...ended, goal: 'down' }));
  }

  const { recent, exceeded } = countRestart(state.restarts, { name, atMs }, state.policy.intensity);
  const counted = { ...kept, restarts: recent };
  if (exceeded) {
    const { restarts, periodMs } = state.policy.intensity;
    return escalate(
      counted,
      name,
      `${name} ended again after ${restarts} restarts within ${periodMs / 1000} s`,
    );
  }
  const nth = recent.filter((restart) => restart.name === name).length;
  return mapChild(restartSiblings(counted, name), name, (restarting) => ({
    ...restarting,
    goal: 'up',
    delayMs: restartDelayMs(nth),
  }));
}

/** By the strategy: whoever runs beside a crashed child and goes down with it. */
function restartSiblings(state: SupervisionState, name: string): SupervisionState {
  const { strategy } = state.policy;
  if (strategy === 'one-for-one') return state;
  const at = state.children.findIndex((child) => child.name === name);
  const children = state.children.map((child, index): SupervisedChild => {
    if (index === at || (strategy === 'rest-for-one' && index < at)) return child;
    if (child.restart === 'temporary') return { ...child, goal: 'down' };
    return { ...child, goal: isDown(child) ? 'up' : 'restart' };
  });
  return { ...state, children };
}

function stop(state: SupervisionState, order: readonly string[]): SupervisionState {
  const detail = 'was told to stop';
  return end(state, { reason: 'stopped', detail, culprit: undefined, order, drain: true });
}

function escalate(state: SupervisionState, culprit: string, detail: string): SupervisionState {
  return end(state, { reason: 'escalated', detail, culprit, order: [], drain: false });
}

function end(state: SupervisionState, ending: Ending): SupervisionState {
  const children = state.children.map((child): SupervisedChild => ({ ...child, goal: 'down' }));
  return { ...state, children, ending };
}

/** Emits whatever may lawfully happen next on the way to the goals. */
function settle(state: SupervisionState): Supervision {
  const effects: SupervisionEffect[] = [];
  let next = state;

  // One stop at a time, so that reverse order means what it says.
  const condemned = next.children.filter((child) => isLive(child) && child.goal !== 'up');
  const isStopping = next.children.some((child) => child.phase === 'stopping');
  const first = condemned.toSorted(byStopOrder(next))[0];
  if (first && !isStopping) {
    next = mapChild(next, first.name, (child) => ({ ...child, phase: 'stopping' }));
    const restarts = first.goal === 'restart';
    effects.push({ type: 'stop', name: first.name, drain: next.ending?.drain ?? true, restarts });
  }

  const independent = next.policy.strategy === 'one-for-one';
  if (independent || (condemned.length === 0 && !isStopping)) {
    let earlierAreUp = true;
    for (const child of next.children) {
      if (isDown(child) && child.goal === 'up' && (earlierAreUp || (independent && child.known))) {
        next = mapChild(next, child.name, (down) => ({ ...down, phase: 'starting', delayMs: 0 }));
        effects.push({ type: 'start', name: child.name, afterMs: child.delayMs });
      }
      earlierAreUp &&= child.phase === 'up' || child.goal === 'down';
    }
  }

  if (next.ending && next.children.every(isDown)) {
    const { reason, detail, culprit } = next.ending;
    effects.push({ type: 'ended', reason, detail, culprit });
  }
  return { state: next, effects };
}

function byStopOrder({ children, ending }: SupervisionState) {
  const started = children.map((child) => child.name);
  const asked = ending?.order ?? [];
  return (a: ChildSpec, b: ChildSpec): number =>
    asked.indexOf(a.name) - asked.indexOf(b.name) || started.indexOf(b.name) - started.indexOf(a.name);
}

function newChild({ name, restart }: ChildSpec): SupervisedChild {
  return { name, restart, phase: 'down', goal: 'up', known: false, delayMs: 0 };
}

function isDown(child: SupervisedChild): boolean {
  return child.phase === 'down';
}

function isLive(child: SupervisedChild): boolean {
  return child.phase === 'starting' || child.phase === 'up';
}

function mapChild(
  state: SupervisionState,
  name: string,
  change: (child: SupervisedChild) => SupervisedChild,
): SupervisionState {
  return {
    ...state,
    children: state.children.map((child) => (child.name === name ? change(child) : child)),
  };
}

function without(state: SupervisionState, name: string): SupervisionState {
  return { ...state, children: state.children.filter((child) => child.name !== name) };
}

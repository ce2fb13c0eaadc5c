import type { Spec } from '../config/settings.ts';
import type { Facts, Observation } from '../model/observation.ts';

/** A kind's own settings as `readSettings` returns them for its spec: data only, fallbacks filled in. */
export type ObserverSettings = Readonly<Record<string, unknown>>;

export interface ObserveOptions {
  /** Aborted when nobody wants the answer any more: the task's deadline passed, or the worker stops. */
  readonly signal: AbortSignal;
  /** For the whole observation, the last byte of the body included. */
  readonly timeoutMs: number;
  /** Wall clock, ms since the epoch. */
  now(): number;
}

/** How one target is named in a word, and what a policy that is made of one look says. */
export interface Shorthand {
  /** The setting that says what to look at. */
  readonly key: string;
  readonly example: string;
  /** Of what is written: a path is made absolute. Otherwise it is taken as it stands. */
  readonly isPath?: boolean;
  /** How often such a target is looked at, if nobody says otherwise. */
  readonly every: string;
  /** What is worth expecting of these facts: the text after the `=`, by name. */
  expect(facts: Facts): Readonly<Record<string, string>>;
}

/**
 * One way to look at a target. A kind holds no state between observations and never harms what it observes:
 * one observation costs the target a handful of requests, one connection at a time.
 */
export interface ObserverKind {
  /** The part before the colon in a target's name: `http` in `http:payments-api`. */
  readonly kind: string;
  /** The kind's own keys (`url`, …), beside those that every target has. */
  readonly settings: Spec;
  /** What `pzm observe <kind> <what>` makes of its words. */
  readonly shorthand: Shorthand;
  /** Canonical URI of what is observed, so that graphs can join. */
  resource(settings: ObserverSettings): string;
  /** `host:port` of what is asked, or the machine's own name for itself: limits per group hold over all workers. */
  group(settings: ObserverSettings): string;
  /** What is wrong across settings that each read well alone, as a whole sentence; undefined when nothing is. */
  check?(settings: ObserverSettings): string | undefined;
  /**
   * Looks once. Whatever the target does is an observation, and its outcome says which: a target that is away,
   * slow, hostile or broken never makes this reject. It rejects only when `signal` aborts first (with the
   * signal's reason: the target is not to blame) or when this machine is out of order (no more sockets).
   */
  observe(settings: ObserverSettings, options: ObserveOptions): Promise<Observation>;
}
